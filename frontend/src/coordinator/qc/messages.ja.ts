import type { qcEn } from './messages.en';

export const qcJa: Record<keyof typeof qcEn, string> = {
  'geometry.title': '画像の向きは正しいですか',
  'geometry.why':
    'ファイルからは確定できません。断層像と輪郭を解剖学的構造と照らし合わせ、すべて次のとおりである場合にだけチェックしてください：',
  'geometry.confirm': '解剖学的構造と照らし合わせ、記載のとおりの向きであることを確認しました',
  'geometry.wrong':
    '向きが異なる場合はチェックせず、その旨を理由として画像を不採用にし、方向情報を含めて再出力するよう施設に依頼してください。',
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
  'case.certificate': '仮名化処理証明書',
  'case.certificateOf': '症例{{subject}}の仮名化処理証明書（{{form}}）',
  'case.certificateText':
    'この症例のファイルに、保存前に誰がいつどのような処理を行ったかを示します（倫理審査書類用）。患者を特定する情報は含みません。',
};
