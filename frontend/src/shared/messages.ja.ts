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

  'notFound.title': '表示できるページがありません',
  'notFound.text': 'アドレスが誤っているか、閲覧権限のないページです。',
  'notFound.home': '最初のページへ',

  'nav.skip': '本文へ移動',
  'nav.language': '言語',
  'nav.account': '{{name}} さんのアカウント',
  'nav.signOut': 'サインアウト',
  'nav.studies': '試験',
  'nav.allStudies': 'すべての試験',
  'nav.reading': '自分の読影',
  'nav.sections': 'この試験のページ',

  'section.overview': '概要',
  'section.upload': 'アップロード',
  'section.quarantine': '保留ファイル',
  'section.cases': '症例',
  'section.translations': '仮想PET',
  'section.people': '施設と担当者',
  'section.allocation': '割付',
  'section.progress': '読影',
  'section.report': '報告書',
  'section.journal': '操作記録',
  'section.protocol': 'プロトコル',

  'role.coordinator': '施設担当者',
  'role.reader': '読影医',
  'role.investigator': '研究責任者',
  'role.monitor': 'モニター',
  'study.state.draft': '準備中',
  'study.state.open': '読影中',
  'study.state.locked': 'データ固定済み',
  'study.state.unblinded': '盲検解除済み',

  'simulated.title': '模擬データ',
  'simulated.text':
    'この試験の画像とスコアはすべて計算で作られたもので、患者さんのデータは含まれていません。',

  'ai.badge': '生成画像',
  'ai.title': 'モデルによる生成画像',
  'ai.notice':
    '仮想PETは、ニューラルネットワークがSPECTから計算した画像であり、撮像された画像ではありません。研究用です。診断や治療には使用できません。',
  'ai.model': 'モデル',
  'ai.version': 'バージョン',
  'ai.digest': 'ダイジェスト',
  'ai.download': 'DICOMをダウンロード',

  'sign.reason': 'この操作の理由',
  'sign.as': '{{name}}（{{email}}）として署名します。氏名、日時、署名の意味が記録されます。',
  'sign.password': 'パスワード（再入力）',

  'set.spect': 'SPECT',
  'set.virtual_pet': '仮想PET',
  'set.pet': 'PET',
  'state.stress': '負荷',
  'state.rest': '安静',
};
