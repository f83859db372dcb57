/** The result of an analysis (reader_study/agreement/analysis), as far as the page shows it. */

/** `interval` is null where there are too few patients or no variation; `interval_reason` then says why. */
export interface Estimate {
  estimate: number | null;
  interval: [number, number] | null;
  interval_reason: string | null;
  reason: string | null;
  flags: string[];
}

export type StateName = 'stress' | 'rest';

export interface Arm {
  code: string;
  label: string;
  image_set: 'spect' | 'virtual_pet' | 'pet';
  /** The image sets of each step; not in results from before arms had steps. */
  steps?: readonly (readonly string[])[];
  reference: boolean;
}

/** `segment` 0 pools the seventeen. */
interface SegmentRow {
  arm: string;
  state: StateName;
  segment: number;
  n_cases: number;
  mean_difference: Estimate;
  p_value: number | null;
  p_adjusted: number | null;
}

export interface ScoreRow extends SegmentRow {
  n_reads: number;
  over: number;
  under: number;
  equal: number;
  large: number;
}

export interface UptakeRow extends SegmentRow {
  mean_absolute_difference: Estimate;
  sd: number | null;
}

export interface ReaderAgreementRow {
  arm: string;
  state: StateName | 'both';
  segment: number;
  weighted_kappa: Estimate;
  ac2: Estimate;
  agreement: Estimate;
  n_abnormal: number;
}

export type SumName = 'SSS' | 'SRS' | 'SDS';

export interface SumRow {
  arm: string;
  score: SumName;
  n_reads: number;
  mean: number | null;
  sd: number | null;
  icc: Estimate;
}

export interface LimitsRow {
  arm: string;
  score: SumName;
  bias: Estimate;
  lower: Estimate;
  upper: Estimate;
  sd: number | null;
  points: { subject: string; reader: string; mean: number; difference: number }[];
}

export interface FilledInRow {
  arm: string;
  state: StateName;
  region: 'inferior' | 'other';
  threshold: number;
  abnormal: number;
  missed: number;
  scored_zero: number;
  missed_share: Estimate;
  normal: number;
  false: number;
  false_share: Estimate;
}

export interface CompletenessRow {
  site: string;
  reader: string;
  arm: string;
  due: number;
  signed: number;
  not_evaluable_stress: number;
  not_evaluable_rest: number;
}

/** Reads that were allocated and never signed, and why the data were locked without them. */
export interface MissingReads {
  reason: string;
  reads: { reader: string; session: number; position: number; subject: string; arm: string }[];
}

export interface Result {
  simulated: boolean;
  design: {
    arms: Arm[];
    states: StateName[];
    margins: { score: number; uptake: number };
    n_cases: number;
    n_reads_due: number;
    n_reads_signed: number;
    n_withheld: number;
    sites: { code: string; name?: string; n_cases: number }[];
    readers: { code: string; full_name?: string }[];
  };
  score_differences: ScoreRow[];
  uptake_differences: UptakeRow[];
  reader_agreement: ReaderAgreementRow[];
  sums: SumRow[];
  sum_limits: LimitsRow[];
  filled_in: FilledInRow[];
  completeness: CompletenessRow[];
  missing_reads: MissingReads | null;
  provenance: {
    lock_sha256: string;
    protocol_version: number;
    protocol_sha256: string;
    allocation_sha256: string;
    journal: { number: number; digest: string };
    models: { name: string; version: string; digest: string }[];
    analysis: string;
    bootstrap: { method: string; replicates: number; seed: string };
  };
}

/** The arms that are compared with the reference, in the protocol's order. */
export function compared(result: Result): Arm[] {
  return result.design.arms.filter((arm) => !arm.reference);
}

export function reference(result: Result): Arm | undefined {
  return result.design.arms.find((arm) => arm.reference);
}

/** The 17 segments of an arm and state in order, without the pooled row. */
export function segmentsOf<Row extends { arm: string; state: string; segment: number }>(
  rows: readonly Row[],
  arm: string,
  state: string,
): Row[] {
  return rows
    .filter((row) => row.arm === arm && row.state === state && row.segment > 0)
    .sort((a, b) => a.segment - b.segment);
}

export function pooledOf<Row extends { arm: string; state: string; segment: number }>(
  rows: readonly Row[],
  arm: string,
  state: string,
): Row | undefined {
  return rows.find((row) => row.arm === arm && row.state === state && row.segment === 0);
}
