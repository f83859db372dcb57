import type { SameKeys } from '../../shared/i18n/translate';
import type { deskEn } from './messages.en';

export const deskJa: SameKeys<typeof deskEn> = {
  'reader.desk.next': '次は第{{session}}セッション {{number}}例目（全{{of}}例）です。',
  'reader.desk.begun':
    '第{{session}}セッション {{number}}例目（全{{of}}例）で中断しています。入力内容は保存されています。',
  'reader.desk.today_other': '本日の署名済み：{{count}}例',
  'reader.desk.todayOf': '本日の署名済み：{{signed}}例（上限{{cap}}例）',
  'reader.desk.enoughOf_other': '本日の上限である{{count}}例に署名しました。次の読影は{{date}}から可能です。',
  'reader.desk.enough': '本日の読影は上限に達しました。次の読影は{{date}}から可能です。',
  'reader.desk.questions':
    '第{{number}}セッションが終了しました。セッションについていくつか質問があります。回答後に次の読影へ進めます。',
  'reader.desk.correction':
    '第{{number}}セッションは、依頼した訂正に署名するか、依頼が却下されるまで開始できません。間隔の日数はその署名から数えます。',
  'reader.desk.answer': '質問に回答する',
  'reader.desk.questionsDue': '質問に未回答',
  'reader.desk.afterQuestions': '質問への回答後に開始',
  'reader.desk.afterSession': '第{{number}}セッション終了後に開始',
  'reader.desk.afterDays_other': '第{{number}}セッション終了の{{count}}日後に開始',
  'reader.break.title': '少し休憩しませんか',
  'reader.break.text':
    '休憩を取らずに長い時間読影が続いています。数分間、目を休めてください。入力内容はすべて保存されています。',
  'reader.break.only': 'これはお知らせです。いつでも読影を再開できます。',
  'reader.break.on': '読影を続ける',
  'reader.questions.title': '第{{number}}セッションの終了',
  'reader.questions.recall': '見覚えのある症例',
  'reader.questions.recallText': 'このセッションの読影中に、以前に見たことがあると感じた症例はありましたか。',
  'reader.questions.seen.no': 'なかった',
  'reader.questions.seen.unsure': 'はっきりしない',
  'reader.questions.seen.yes': 'あった',
  'reader.questions.howMany': '{{of}}例のうち何例ですか',
  'reader.questions.howManyWrong': '{{least}}～{{most}}の数を入力してください。',
  'reader.questions.which': '分かる範囲で、どの症例ですか（何例目か）',
  'reader.questions.arms': 'どの画像だったと思いますか',
  'reader.questions.armsText_other':
    'このセッションの最後の{{count}}例について、それぞれどの画像だったと思うかをお答えください。盲検性の評価に用いるもので、スコアには影響しません。',
  'reader.questions.read': '{{number}}例目（全{{of}}例）',
  'reader.questions.signedAt': '署名 {{time}}',
  'reader.questions.guess.cannot_tell': '分からない',
  'reader.questions.guess.not_remembered': 'この症例を覚えていない',
  'reader.questions.confidence': '確信度（0～100）',
  'reader.questions.percent': '%',
  'reader.questions.final': '回答は変更できません。盲検解除までは、ご自身を含め誰にも表示されません。',
  'reader.questions.save': '回答を保存する',
  'reader.questions.missing_other': '未回答が{{count}}件あります。',
  'reader.questions.none': 'このセッションについて、現在回答する質問はありません',
};
