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
  'cases.accepted': '承認数（プロトコルに必要な数のうち）',
  'cases.needed': '未受領',
  'cases.notNeeded': 'この画像はプロトコルでは不要です',
  'case.certificate': '仮名化処理証明書',
  'case.certificateOf': '症例{{subject}}の仮名化処理証明書（{{form}}）',
  'case.certificateText':
    'この症例のファイルに、保存前に誰がいつどのような処理を行ったかを示します（倫理審査書類用）。患者を特定する情報は含みません。',
  'made.here': '本システムで補正',
  'made.corrected':
    '補正なしの画像から、頭部の輪郭の内側を均一な組織とみなすChang法で計算しました。ニューラルネットワークは使用していません。研究用です。',
  'made.method': '方法',
  'source.correction': '補正なしの画像から計算',
  'qc.askBrain':
    '脳全体が正しい向きで描出され、画面の左側が被験者の右側であり、体動の影響がないことを確認してください。',
  'view.slicesBrain': '頸部から頭頂までの横断像、前から後ろへの冠状断像、右から左への矢状断像',
  'view.regions': '領域別の集積（最大値比 %）と左右差',
  'view.region': '領域',
  'view.left': '左（%）',
  'view.right': '右（%）',
  'view.asymmetry': '左 − 右（左右平均比 %）',
  'uncertainty.slicesBrain': '同じ断面（横断像、冠状断像、矢状断像）で表示した不確かさ',
};
