import type { SameKeys } from '../../shared/i18n/translate';
import type { adjudicationEn } from './messages.en';

export const adjudicationJa: SameKeys<typeof adjudicationEn> = {
  'adjudication.title': '裁定',
  'adjudication.lead':
    '読影医の判定が分かれた症例を、裁定者があらためて読影します。裁定者には、先の採点・読影医の氏名・群は見えません。判定が一致した症例（おとり）も混ぜるため、依頼されたこと自体は何の手がかりにもなりません。',
  'adjudication.rule': '不一致とみなす条件',
  'adjudication.segment': 'いずれかのセグメントの採点差が{{count}}以上',
  'adjudication.sum': '合計スコアの差が{{count}}以上',
  'adjudication.category': '設問「{{name}}」の回答が異なる',
  'adjudication.who': '裁定の方式',
  'adjudication.single': '各症例を裁定者1名が読影',
  'adjudication.panel': '{{count}}名のパネルが個別に読影し、中央値を採用',
  'adjudication.decoys': 'おとり',
  'adjudication.share': '不一致例の{{share}}%（最低1件）',
  'adjudication.noDecoys': 'なし',
  'adjudication.result': '解析での扱い',
  'adjudication.result.beside': '読影医の結果と並べて報告',
  'adjudication.result.replaces': '読影医の合意に代えて採用',
  'adjudication.read': '全読影医が署名を終えた症例×群',
  'adjudication.of': '{{total}}件中{{done}}件',
  'adjudication.waiting_other': '裁定待ち（症例×群）：{{count}}件',
  'adjudication.nothing': '現在、裁定待ちのものはありません。',
  'adjudication.tooFew_other': 'プロトコルでは裁定者が{{count}}名必要ですが、人数が足りません。',
  'adjudication.invite': '裁定者を招待',
  'adjudication.make': '裁定に回す…',
  'adjudication.makeTitle': 'これらの読影を裁定者に回しますか？',
  'adjudication.makeText':
    '担当者と順序は無作為に決め、封印して記録します。おとりを混ぜますが、どれがおとりか、どの群かは、盲検解除まで誰にも表示されません。',
  'adjudication.makeFinal':
    '対象となった読影医の読影は、以後訂正できません。最初のラウンドを作成すると、裁定の規則も改訂できなくなります。',
  'adjudication.makeConfirm': 'ラウンドを作成',
  'adjudication.rounds': '裁定ラウンド',
  'adjudication.round': 'ラウンド',
  'adjudication.madeAt': '作成日時',
  'adjudication.digest': '封印（SHA-256）',
  'adjudication.signed': '署名済み',
  'adjudication.person': '裁定者',
  'adjudication.left': '離任済み。未署名の分は次のラウンドで他の裁定者に回ります',
};
