import type { SameKeys } from '../../shared/i18n/translate';
import type { deidentifyEn } from './messages.en';

export const deidentifyJa: SameKeys<typeof deidentifyEn> = {
  'pixels.title': 'この画像に文字はありますか',
  'pixels.lead':
    '画像に焼き込まれた文字は、ヘッダーからは消せません。すべてのフレームを確認し、氏名・日付・施設名などがあれば枠で囲んでください。枠の中の値は、ファイルがこのコンピューターを離れる前に0になります。',
  'pixels.image': '全{{count}}フレーム中の{{frame}}番目。マウスで枠を描けます',
  'pixels.brightestImage': '全{{count}}フレームの最大値。マウスで枠を描けます',
  'pixels.frame': 'フレーム',
  'pixels.openFrame': 'フレーム{{frame}}を拡大',
  'pixels.view': '表示方法',
  'pixels.view.sheet': '複数フレーム',
  'pixels.view.single': '1フレーム',
  'pixels.view.brightest': '全フレームの最大値',
  'pixels.brightestHint':
    'ほかのフレームの組織より暗い文字は、ここでは見えません。この表示では、フレームを確認したことになりません。',
  'pixels.sheetHint': 'フレームを押すと拡大され、枠を描けます。',
  'pixels.framesOf': '全{{count}}フレーム中の{{first}}～{{last}}',
  'pixels.frameOf': '全{{count}}フレーム中の{{frame}}',
  'pixels.before': '← 前へ',
  'pixels.next': '次へ →',
  'pixels.low': '黒',
  'pixels.high': '白',
  'pixels.unseenFrames_other':
    'まだ表示していないフレームが{{count}}枚あります。すべて表示してから判断してください。',
  'pixels.allSeen': 'すべてのフレームを表示しました',
  'pixels.boxes': '消去する枠',
  'pixels.noBoxes': 'まだありません。',
  'pixels.addBox': '数値で枠を追加',
  'pixels.left': '左',
  'pixels.top': '上',
  'pixels.right': '右',
  'pixels.bottom': '下',
  'pixels.where': '対象',
  'pixels.everyFrame': '全フレーム',
  'pixels.onlyFrame': 'フレーム{{frame}}',
  'pixels.newBoxes': '新しい枠の対象',
  'pixels.removeBox': '枠{{number}}を削除',
  'pixels.clean': '文字はない',
  'pixels.blank_other': '{{count}}個の枠を消去する',
  'pixels.leaveOut': 'このファイルは送らない',
  'code.not_shown':
    'この画像の圧縮方式はブラウザーでは表示できません。ここで確認するには、非圧縮で書き出してください。',
  'code.no_worker':
    '匿名化の処理を開始できませんでした。ページを再読み込みして、もう一度フォルダをドロップしてください。',
};
