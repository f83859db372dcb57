/** The drift of the readers' agreement, for whom the protocol lets see it. */
export const driftEn = {
  'drift.title': 'Drift of reader agreement',
  'drift.text':
    'How often each reader gives the same segment score as the other readers to the same case in the same arm, over the course of reading. All arms are pooled; the chart says nothing of any one of them.',
  'drift.show': 'Show the charts',
  'drift.again': 'Compute again',
  'drift.journaled': 'Each look is written into the journal.',
  'drift.none': 'Nothing is signed yet',
  'drift.noneText': 'The charts begin when two readers have signed reads of the same cases.',
  'drift.compared': '{{compared}} of {{signed}} signed reads compared',
  'drift.outside_one': '{{count}} point outside the limits',
  'drift.outside_other': '{{count}} points outside the limits',
  'drift.isOutside': 'outside',
  'drift.noPoint':
    'Fewer than {{block}} reads can be compared: other readers have not signed the same cases yet.',
  'drift.limits':
    'Solid: agreement of each block of reads. Dashed: the reader’s own mean. Steps: control limits of three sigma (Laney’s p′ chart), computed from these blocks.',
  'drift.provisional':
    'Solid: agreement of each block of reads. Dashed: the reader’s own mean. Steps: control limits of three sigma (Laney’s p′ chart). They rest on fewer than 20 blocks and are provisional.',
  'drift.reason.too_few': 'Too few reads for control limits: they need five full blocks.',
  'drift.reason.no_variation': 'All blocks are alike: there is no variation to draw limits from.',
  'drift.table': 'The same as a table',
  'drift.reads': 'Reads',
  'drift.agreement': 'Equal scores',
  'drift.between': 'Limits',
  'drift.difference': 'Mean absolute difference',
  'drift.pairs': 'Scores compared',
  'drift.axis': 'Compared reads in the order of reading',
  'drift.summary':
    '{{name}}: {{points}} blocks, on average {{centre}} equal scores, {{outside}} outside the limits.',
} as const;
