"""Last pages: what is missing, how the study was analysed, and where every number comes from."""

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph

from reader_study.agreement.report.emergency import emergencies
from reader_study.agreement.report.lookup import Result
from reader_study.agreement.report.style import (
    LATIN,
    MONO,
    WIDTH,
    Numbering,
    facts,
    gap,
    grid,
    typeset,
)
from reader_study.agreement.report.wording import grouped, listed, number, whole
from reader_study.agreement.report.words import ENGLISH

REFERENCES = (
    "Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289.",
    "Bland JM, Altman DG. Lancet 1986;i:307; Stat Methods Med Res 1999;8:135.",
    "Cerqueira MD et al. Circulation 2002;105:539.",
    "Conger AJ. Psychol Bull 1980;88:322.",
    "Efron B. J Am Stat Assoc 1987;82:171.",
    "Gwet KL. Handbook of Inter-Rater Reliability, 4th ed., 2014.",
    "Hollander M, Wolfe DA. Nonparametric Statistical Methods.",
    "McGraw KO, Wong SP. Psychol Methods 1996;1:30.",
    "Pratt JW. J Am Stat Assoc 1959;54:655.",
    "Rao JNK, Scott AJ. Biometrics 1992;48:577.",
    "Zou GY. Stat Methods Med Res 2013;22:630.",
)


def pages(result: Result, numbering: Numbering) -> list[Flowable]:
    return [*_completeness(result, numbering), *_methods(result), *_provenance(result)]


def _completeness(result: Result, numbering: Numbering) -> list[Flowable]:
    labels = {arm["code"]: typeset(arm["label"]) for arm in result.arms}
    states = result.states
    rows = [
        [
            typeset(row["site"]),
            row["reader"],
            labels[row["arm"]],
            str(row["due"]),
            str(row["signed"]),
            *[str(row[f"not_evaluable_{state}"]) for state in states],
            *[str(row[name]) for name in ("SSS", "SRS", "SDS")],
        ]
        for row in result.document["completeness"]
    ]
    per_site = len(result.readers) * len(result.arms)
    withheld = result.document["withheld"]
    story: list[Flowable] = [
        CondPageBreak(120 * mm),
        Paragraph("6  What is missing", LATIN.section),
        Paragraph(
            "Nothing missing was replaced. A segment that a reader marked as not evaluable leaves the "
            "comparisons of that segment; its read has no sum of that state, and no SDS.",
            LATIN.body,
        ),
        numbering.table(
            "Reads allocated and signed, segments not evaluable, and sums that could "
            "be formed, by site, reader and arm"
            + (", without hidden repeats." if result.design["n_repeats_due"] else "."),
            grid(
                [
                    [
                        "Site",
                        "Reader",
                        "Arm",
                        "allocated",
                        "signed",
                        *[f"n.e. {state}" for state in states],
                        "SSS",
                        "SRS",
                        "SDS",
                    ]
                ],
                rows,
                [18 * mm, 18 * mm, 34 * mm] + [(WIDTH - 70 * mm) / (5 + len(states))] * (5 + len(states)),
                left=3,
                rules=range(per_site, len(rows), per_site),
            ),
        ),
        *_missing_reads(result, numbering),
    ]
    if withheld:
        story.append(
            numbering.table(
                "Cases withheld from reading before the allocation.",
                grid(
                    [["Case", "Site", "Reason"]],
                    [
                        [typeset(row["subject"]), typeset(row["site"]), typeset(row["reason"])]
                        for row in withheld
                    ],
                    [30 * mm, 20 * mm, WIDTH - 50 * mm],
                    left=3,
                ),
            )
        )
    return story


def _missing_reads(result: Result, numbering: Numbering) -> list[Flowable]:
    missing = result.document["missing_reads"]
    if missing is None:
        return []
    labels = {arm["code"]: typeset(arm["label"]) for arm in result.arms}
    pending = missing.get("adjudication")
    adjudication = (
        f" Of the adjudication, {whole(pending['reads'])} reads were not signed and {whole(pending['waiting'])} "
        "discordant pairs of a case and an arm were given to nobody."
        if pending
        else ""
    )
    said = Paragraph(
        f"The data were locked with {whole(len(missing['reads']))} reads not signed.{adjudication} Reason given by "
        f"{typeset(result.document['lock']['locked_by'])}: “{typeset(missing['reason'])}”.",
        LATIN.body,
    )
    if not missing["reads"]:
        return [said]
    return [
        said,
        numbering.table(
            "Reads that were allocated and never signed.",
            grid(
                [["Reader", "Case", "Arm", "session", "place in session"]],
                [
                    [
                        typeset(read["reader"]),
                        typeset(read["subject"]),
                        labels[read["arm"]] + (" (repeat)" if read["repetition"] else ""),
                        str(read["session"]),
                        str(read["position"]),
                    ]
                    for read in missing["reads"]
                ],
                [24 * mm, 30 * mm, 40 * mm, (WIDTH - 94 * mm) / 2, (WIDTH - 94 * mm) / 2],
                left=3,
            ),
        ),
    ]


def _steps(result: Result) -> list[str]:
    """What has to be said of arms that show more than one image set in one step."""
    said = []
    if any(len(arm["steps"]) > 1 for arm in result.arms):
        said.append(
            "<b>Steps.</b> Reads in several steps count by their last one; each step was signed before the "
            "next was shown. The tables hold the scores of all steps."
        )
    if any(len(arm["steps"][-1]) > 1 for arm in result.arms):
        said.append(
            "<b>Images together.</b> Where two images were read side by side, uptake is that of the second."
        )
    return said


def _repeats(result: Result) -> list[str]:
    design = result.design
    if not design["n_repeats_due"]:
        return []
    return [
        f"<b>Hidden repeats.</b> {whole(design['n_repeats_due'])} further reads showed a case once more in an "
        f"arm in which the same reader had read it; {whole(design['n_repeats_signed'])} were signed. Everything "
        "in this report is of first reads; the tables hold the repeats as read_no 2."
    ]


def _adjudication(result: Result) -> list[str]:
    found = result.document.get("adjudication")
    if found is None:
        return []
    who = (
        f"a panel of {found['panel_size']}, each alone, whose median counts"
        if found["mode"] == "panel"
        else "one adjudicator each"
    )
    said = (
        "<b>Adjudication.</b> Of all pairs of a patient and an arm readers were discordant, by the protocol's rule, in "
        f"{whole(found['n_discordant'])}. These were read again by {who}, blinded to reader, arm and earlier scores, "
        f"and mixed with {whole(found['n_decoys'])} on which readers agreed: {whole(found['n_reads'])} reads, "
        f"{whole(found['n_reads_signed'])} of them signed; {whole(found['n_unresolved'])} discordant pairs were not "
        "resolved. Everything in this report is of the readers' own scores; how far each agrees with the adjudicated "
        "ones stands in the results file"
    )
    return [
        f"{said}, and so do the differences between arms of the consensus, in which adjudicated scores stand for the "
        "readers' and the readers' median where they agree."
        if found["consensus_differences"]
        else f"{said}."
    ]


def _amendments(result: Result) -> list[str]:
    """Every amendment of the frozen protocol: what was decided once something could be known must be seen."""
    when = {"frozen": "before reading was opened", "open": "after reading was opened"}
    said = [
        f"version {amendment['version']} of {amendment['at'][:10]}, {when[amendment['state']]}, by "
        f"{typeset(str(amendment['by']))}: {typeset(', '.join(amendment['paths']))} "
        f"({typeset(amendment['reason'])})"
        for amendment in result.design["amendments"]
    ]
    return [f"<b>Amendments of the frozen protocol.</b> {'; '.join(said)}."] if said else []


def _methods(result: Result) -> list[Flowable]:
    document, design = result.document, result.design
    bootstrap, software = document["provenance"]["bootstrap"], document["provenance"]["software"]
    reference = typeset(result.reference["label"])
    arms = listed([typeset(arm["label"]) for arm in result.arms])
    margins = design["margins"]
    washout = (ENGLISH.washout if design["washout_days"] else ENGLISH.no_washout).format(
        days=design["washout_days"]
    )
    texts = [
        f"<b>Design.</b> {design['n_cases']} patients of {len(design['sites'])} sites were read by "
        f"{len(result.readers)} readers in {len(result.arms)} arms ({arms}), {whole(design['n_reads_due'])} "
        f"reads in {design['sessions']} sessions {washout}. Readers saw "
        "neutral volumes of one grid and scale, without name, site, arm or technical data, in an order "
        "randomised once, recorded and sealed (algorithm "
        f"{typeset(document['provenance']['allocation_algorithm'])}). Each read was signed before the next "
        f"was shown. {_signed_before_lock(result)} Arms were joined to the scores by this analysis.",
        "<b>Scores.</b> Seventeen segments (Cerqueira 2002) at stress and rest, 0 normal to 4 absent. SSS "
        "and SRS are sums over 17 segments, SDS the signed sum of stress minus rest.",
        *_amendments(result),
        *emergencies(result),
        *_steps(result),
        *_repeats(result),
        *_adjudication(result),
        f"<b>Comparison with {reference}.</b> The reference of a read is the same reader's score of the "
        f"same patient's {reference}. Mean differences are over reads; shares of over- and under-scores "
        "have Wilson intervals with the Rao-Scott design effect of readers and segments within patients. "
        "Shifts are Hodges-Lehmann estimates, and p values come from exact signed-rank tests (zeros after "
        "Pratt), both on patients' mean differences; p values are adjusted over the 17 segments of an arm "
        "and state by Benjamini-Hochberg and describe, they confirm nothing. Uptake is the segment mean of "
        f"the polar map. Differences declared unimportant beforehand: {number(margins['score'], 1)} points "
        f"of score, {number(margins['uptake'], 0)} points of per cent of uptake.",
        "<b>Agreement between readers.</b> Conger's kappa (for two readers Cohen's) and Gwet's AC2 with "
        "linear weights on the fixed 0–4 scale; pooled coefficients are of the pooled table. Agreement of "
        "sums is ICC(A,1). Bland-Altman limits are of a single read, with variance components between and "
        "within patients, intervals by MOVER.",
        f"<b>Intervals.</b> 95 %, BCa, from {whole(bootstrap['replicates'])} resamples of patients within "
        "site with all their reads. The seed is computed from the study, its protocol and its allocation, all "
        "fixed before the first read, so that nobody chooses it. Below "
        f"{bootstrap['few_abnormal_below']} patients with an abnormal segment coefficients carry a dagger, "
        f"below {bootstrap['not_estimable_below']} they have no interval; the results file flags every "
        f"estimate from fewer than {bootstrap['few_cases_below']} patients and holds the analytic interval "
        "beside each. Readers are fixed: nothing is claimed for other readers.",
        f"<b>Software.</b> reader_study {typeset(document['provenance']['analysis'])}, numpy "
        f"{software['numpy']}, scipy {software['scipy']}, Python {software['python']}.",
    ]
    return [
        CondPageBreak(90 * mm),
        Paragraph("7  Methods", LATIN.section),
        *[Paragraph(text, LATIN.body) for text in texts],
        KeepTogether([Paragraph("References", LATIN.heading), Paragraph(" ".join(REFERENCES), LATIN.small)]),
    ]


def _signed_before_lock(result: Result) -> str:
    missing = result.document["missing_reads"]
    if missing is None:
        return "All reads were signed before the data were locked."
    return (
        f"{whole(len(missing['reads']))} reads were not signed when the data were locked; the investigator's "
        f"reason: “{typeset(missing['reason'])}”. They are listed in section 6, nothing was put in their place, "
        "and the statistics use the reads there are."
    )


def _provenance(result: Result) -> list[Flowable]:
    document = result.document
    provenance = document["provenance"]
    readers = [f"{typeset(reader['code'])}: {typeset(reader['name'])}" for reader in result.design["readers"]]
    sites = [
        f"{typeset(site['code'])}: {typeset(site['name'])} ({site['n_cases']} cases)"
        for site in result.design["sites"]
    ]
    rows: list[tuple[str, Flowable | str]] = [
        ("Study", Paragraph(document["study"]["id"], MONO)),
        ("Data lock", Paragraph(grouped(provenance["lock_sha256"]), MONO)),
        (
            f"Protocol version {provenance['protocol_version']}",
            Paragraph(grouped(provenance["protocol_sha256"]), MONO),
        ),
        ("Allocation", Paragraph(grouped(provenance["allocation_sha256"]), MONO)),
        *[
            (f"Allocation, block {block['block']}", Paragraph(grouped(block["digest"]), MONO))
            for block in provenance["allocation_later_blocks"]
        ],
        (
            f"Journal, entry {whole(provenance['journal']['number'])}",
            Paragraph(grouped(provenance["journal"]["digest"]), MONO),
        ),
        *[
            (
                f"Model {typeset(model['name'])} {typeset(model['version'])}",
                Paragraph(grouped(model["digest"]), MONO),
            )
            for model in provenance["models"]
        ],
        (
            "Bootstrap",
            f"{whole(provenance['bootstrap']['replicates'])} resamples, seed "
            f"{provenance['bootstrap']['seed']} ({typeset(provenance['bootstrap']['seed_from'])})",
        ),
        ("Schema of the results", typeset(document["schema"])),
        ("Sites", "<br/>".join(sites)),
        ("Readers", "<br/>".join(readers)),
    ]
    return [
        CondPageBreak(80 * mm),
        Paragraph("8  Provenance", LATIN.section),
        facts(rows, label_width=44 * mm),
        gap(1.6 * mm),
        Paragraph(
            "The report is computed from the lock alone. Computing it again from the same lock gives the "
            "same bytes. The journal's entry is the last one before the lock; its digest covers all entries up "
            "to it.",
            LATIN.small,
        ),
    ]
