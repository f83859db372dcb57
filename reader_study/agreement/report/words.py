"""The words of the summary page in English and Japanese. The rest of the report is English."""

from collections.abc import Mapping
from dataclasses import dataclass

from reader_study.agreement.report.style import CJK, LATIN, Typeface


@dataclass(frozen=True)
class Words:
    """Texts with named places; `states` names the states."""

    typeface: Typeface
    joint: str
    to: str
    not_estimable: str
    states: Mapping[str, str]
    title: str
    arms: str
    reference: str
    cases: str
    cases_text: str
    withheld: str
    reads: str
    reads_text: str
    repeats: str
    washout: str
    no_washout: str
    locked: str
    locked_text: str
    digest: str
    protocol: str
    amended: str
    amended_text: str
    allocation: str
    model: str
    simulated: str
    key_results: str
    against: str
    higher: str
    lower: str
    significant: str
    error: str
    bias: str
    missed: str
    none_abnormal: str
    count: str
    between: str
    kappa: str
    icc: str
    note: str
    limits: str
    few: str
    missing_reads: str
    declared: str
    filled_in: str
    filled_in_count: str
    filled_in_none: str
    comparator: str
    elsewhere: str


ENGLISH = Words(
    typeface=LATIN,
    joint=", ",
    to=" to ",
    not_estimable="not estimable",
    states={"stress": "stress", "rest": "rest"},
    title="Agreement report",
    arms="Arms",
    reference="{label} (reference)",
    cases="Cases, readers, sites",
    cases_text="cases: {cases}{withheld}; readers: {readers}; sites: {sites}",
    withheld=" (withheld before allocation: {number})",
    reads="Reads",
    reads_text="{signed} signed of {due} allocated, in {sessions} sessions {washout}",
    repeats="; hidden repeats: {signed} signed of {due}, in none of the results",
    washout="at least {days} days apart",
    no_washout="without a washout",
    locked="Locked",
    locked_text="{when} UTC by {by}: {reason}",
    digest="Data lock (SHA-256)",
    protocol="Protocol version {version}",
    amended="Amended",
    amended_text="{number} since the protocol was frozen, {open} of them after reading was opened: see the methods",
    allocation="Allocation",
    model="Virtual PET",
    simulated=(
        "<b>All data in this report are simulated.</b> Patients, images and readers are computer models. "
        "The numbers show that the platform works; they are no evidence about any imaging method."
    ),
    key_results="Key results",
    against="Against {reference}",
    higher="Segments scored higher, {state}",
    lower="Segments scored lower, {state}",
    significant="Segments with adjusted p &lt; 0.05, {state}",
    error="Uptake error, {state} (mean absolute, % of maximum)",
    bias="{name} bias (95 % limits of agreement)",
    missed="Abnormal inferior segments not called, {state}",
    none_abnormal="none abnormal",
    count="{part} of {whole}",
    between="Between readers",
    kappa="Weighted kappa",
    icc="ICC(A,1) of SSS",
    note=(
        "In brackets: 95 % interval unless named otherwise. Scores run from 0 (normal) to 4 (absent), so a "
        "higher score is a worse one; each reader's score is set against the same reader's score of "
        "{reference}. † fewer than 10 patients with an abnormal segment. Definitions: section 7."
    ),
    limits="What limits these results",
    few=(
        "<b>Few patients.</b> {cases} cases: below 30 the true coverage of these intervals falls short of "
        "95 %, and absence of a difference is no proof of equality."
    ),
    missing_reads=(
        "<b>Reads are missing.</b> {missing} of {due} allocated reads were not signed when the data were "
        "locked. Reason given: “{reason}”."
    ),
    declared=(
        "<b>What the protocol declared is not tested here:</b> {names}. This report describes agreement against each "
        "reader's own scores of the reference; it applies no endpoint, margin or correction for several of them."
    ),
    filled_in=(
        "<b>Virtual PET can fill in real defects.</b> A network that removes attenuation artefacts may "
        "remove true inferior defects as well; {counted}."
    ),
    filled_in_count=(
        "here {missed} of {abnormal} inferior segments that were abnormal on {reference} were not called "
        "on it"
    ),
    filled_in_none="here no inferior segment was abnormal on {reference}, so this could not be counted",
    comparator=(
        "<b>{reference} is a comparator, not the truth.</b> Agreement with it says nothing about coronary "
        "arteries or outcome. The readers are these readers: intervals speak of other patients, not of "
        "other readers."
    ),
    elsewhere="",
)

JAPANESE = Words(
    typeface=CJK,
    joint="、",
    to=", ",
    not_estimable="算出不能",
    states={"stress": "負荷", "rest": "安静"},
    title="読影一致度報告書（要約）",
    arms="読影群",
    reference="{label}（基準）",
    cases="症例・読影医・施設",
    cases_text="{cases} 例{withheld}、読影医 {readers} 名、{sites} 施設",
    withheld="（割付前の除外 {number} 例）",
    reads="読影",
    reads_text="割付 {due} 件中 {signed} 件に署名。{sessions} セッション、{washout}",
    repeats="。ほかに盲検下の反復読影 {due} 件中 {signed} 件に署名（結果の集計には含まない）",
    washout="間隔 {days} 日以上",
    no_washout="ウォッシュアウト期間なし",
    locked="データ固定",
    locked_text="{when} UTC、{by}（理由：{reason}）",
    digest="固定データの SHA-256",
    protocol="プロトコル第 {version} 版",
    amended="改訂",
    amended_text="プロトコル固定後 {number} 回、うち読影開始後 {open} 回（詳細は Methods）",
    allocation="割付表",
    model="仮想 PET",
    simulated=(
        "本報告書のデータはすべてシミュレーションです。患者、画像、読影医はいずれも計算機モデルであり、"
        "数値は本システムの動作を示すものにすぎず、いかなる画像検査法の根拠にもなりません。"
    ),
    key_results="主な結果",
    against="{reference} との比較",
    higher="高く採点されたセグメント（{state}）",
    lower="低く採点されたセグメント（{state}）",
    significant="補正 p &lt; 0.05 のセグメント（{state}）",
    error="集積の平均絶対差（{state}、最大値に対する %）",
    bias="{name} の偏り（95 % 一致限界）",
    missed="異常な下壁セグメントの見落とし（{state}）",
    none_abnormal="異常セグメントなし",
    count="{whole} 件中 {part} 件",
    between="読影医間",
    kappa="重み付きκ係数",
    icc="SSS の ICC(A,1)",
    note=(
        "括弧内は、断りのない限り 95 % 信頼区間。スコアは 0（正常）から 4（欠損）で、高いほど異常が強い。"
        "各読影医のスコアを、同じ読影医が {reference} につけたスコアと比較した。"
        "† 異常セグメントのある患者が 10 例未満。定義は第 7 節（英文）を参照。"
    ),
    limits="結果の限界",
    few=(
        "症例数が少ない：{cases} 例。30 例未満では信頼区間の実際の被覆確率が 95 % を下回る。"
        "差が認められないことは、同等であることの証明ではない。"
    ),
    missing_reads=(
        "未署名の読影がある：割り付けた {due} 件のうち {missing} 件は、データ固定の時点で署名されていなかった。"
        "理由：「{reason}」"
    ),
    declared=(
        "プロトコルで宣言された次の事項は本報告書では検定していない：{names}。本報告書は、各読影医自身の基準画像の"
        "スコアに対する一致を記述するもので、評価項目、マージン、多重性の調整は適用していない。"
    ),
    filled_in=(
        "仮想 PET は真の欠損を埋めてしまうことがある：減弱アーチファクトを除くネットワークは、下壁の真の欠損も"
        "消しうる。{counted}。"
    ),
    filled_in_count=(
        "本研究では、{reference} で異常とされた下壁 {abnormal} セグメントのうち、"
        "{missed} セグメントが異常とされなかった"
    ),
    filled_in_none="本研究では {reference} で異常な下壁セグメントがなく、評価できなかった",
    comparator=(
        "{reference} は比較対象であり、真実ではない：一致度は冠動脈病変や予後について何も示さない。"
        "区間推定は別の患者に対するもので、別の読影医には及ばない。"
    ),
    elsewhere="図表、方法、出典は、続く英文の頁にある。",
)
