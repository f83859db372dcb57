import type { qcEn } from './messages.en';

export const qcJa: Record<keyof typeof qcEn, string> = {
  'geometry.title': '画像の向きは正しいですか',
  'geometry.why':
    'ファイルからは確定できません。断層像と輪郭を見て、次のとおりである場合にだけ確認してください：',
  'geometry.confirm': '画像を見て、正しいことを確認しました',
  'geometry.confirmed': '画像の向きは確認済みです。',
  'geometry.first': '先に画像の向きを確認してください。その後に承認できます。',
  'image.saidState': '負荷・安静',
  'image.saidView': '断面',
  'image.saidBy': '{{what}}（{{keyword}}による）',
  'image.saidByCode': '{{what}}（ファイル内のコードによる）',
  'image.saidByPerson': '{{what}}（コーディネーターによる）',
  'view.short_axis': '短軸',
  'view.vertical_long_axis': '垂直長軸',
  'view.horizontal_long_axis': '水平長軸',
  'view.transaxial': '体軸横断',
  'cases.accepted': '承認数（実施計画書に必要な数のうち）',
  'cases.needed': '未受領',
  'cases.notNeeded': 'この画像は実施計画書では不要です',
};
