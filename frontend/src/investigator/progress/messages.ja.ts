import type { SameKeys } from '../../shared/i18n/translate';
import type { driftEn } from './messages.en';

export const driftJa: SameKeys<typeof driftEn> = {
  'drift.title': '読影医間一致の推移',
  'drift.text':
    '同じ症例の同じ群について、各読影医のセグメントスコアがほかの読影医と一致した割合を、読影順に示します。すべての群をまとめており、個々の群の情報は含みません。',
  'drift.show': 'グラフを表示',
  'drift.again': '再計算',
  'drift.journaled': '閲覧のたびに操作記録に残ります。',
  'drift.none': '署名済みの読影はまだありません',
  'drift.noneText': '2人以上の読影医が同じ症例に署名すると、グラフが表示されます。',
  'drift.compared': '署名済み{{signed}}件のうち{{compared}}件を比較',
  'drift.outside_other': '管理限界を外れた点：{{count}}',
  'drift.isOutside': '限界外',
  'drift.noPoint':
    '比較できる読影が{{block}}件に達していません。ほかの読影医が同じ症例にまだ署名していません。',
  'drift.limits':
    '実線：読影ブロックごとの一致率、破線：その読影医自身の平均、階段線：3シグマの管理限界（Laneyのp′管理図）。限界はこれらのブロックから計算しています。',
  'drift.provisional':
    '実線：読影ブロックごとの一致率、破線：その読影医自身の平均、階段線：3シグマの管理限界（Laneyのp′管理図）。20ブロックに満たないため、限界は暫定値です。',
  'drift.reason.too_few': '管理限界の計算には5ブロック以上が必要です。',
  'drift.reason.no_variation': 'すべてのブロックが同じ値のため、管理限界を計算できません。',
  'drift.table': '表で見る',
  'drift.reads': '読影',
  'drift.agreement': 'スコアの一致率',
  'drift.between': '管理限界',
  'drift.difference': '平均絶対差',
  'drift.pairs': '比較したスコア数',
  'drift.axis': '比較した読影（読影順）',
  'drift.summary': '{{name}}：{{points}}ブロック、平均一致率{{centre}}、限界を外れた点{{outside}}。',
};
