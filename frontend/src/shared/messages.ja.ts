import type { SameKeys } from './i18n/translate';
import type { en } from './messages.en';

export const ja: SameKeys<typeof en> = {
  'app.name': '読影試験',
  'ui.loading': '読み込み中…',
  'ui.working': '処理中…',
  'ui.cancel': 'キャンセル',
  'ui.again': '再試行',
  'ui.reload': 'ページを再読み込み',
  'list.separator': '、',

  'error.network': 'サーバーに接続できません。接続を確認して、もう一度お試しください。',
  'error.status': 'サーバーでエラー {{status}} が発生しました。',
  'error.unexpected': '予期しないエラーが発生しました。',
  'error.page':
    'このページを表示できませんでした。保存済みの内容は失われていません。再読み込みしてください。',

  'nav.language': '言語',

  'state.stress': '負荷',
  'state.rest': '安静',
  'state.perfusion': '血流',
};
