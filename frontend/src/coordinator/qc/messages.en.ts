/** What the quality check says about how an image lies and what said stress or rest. */
export const qcEn = {
  'geometry.title': 'Does the image lie as it should?',
  'geometry.why':
    'The file does not prove it. Compare the slices and the outline with the anatomy, and tick only if all of this is so:',
  'geometry.confirm': 'I compared it with the anatomy: it lies as stated',
  'geometry.wrong':
    'If it lies otherwise, do not tick: reject the image with this as the reason, and ask the site to export it again with its orientation.',
  'geometry.confirmed': 'Somebody has looked and confirmed how the image lies.',
  'geometry.first': 'Confirm first how the image lies; then it can be accepted.',
  'image.saidState': 'Stress or rest',
  'image.saidView': 'View',
  'image.saidBy': '{{what}} · from {{keyword}}',
  'image.saidByCode': '{{what}} · coded in the file',
  'image.saidByPerson': '{{what}} · decided by the coordinator',
  'view.short_axis': 'Short axis',
  'view.vertical_long_axis': 'Vertical long axis',
  'view.horizontal_long_axis': 'Horizontal long axis',
  'view.transaxial': 'Transaxial',
  'cases.accepted': 'Accepted, of what the protocol needs',
  'cases.needed': 'Missing',
  'cases.notNeeded': 'The protocol does not need this image',
  'case.certificate': 'Certificate of de-identification (pseudonymised data)',
  'case.certificateOf': 'Certificate of de-identification (pseudonymised data) of case {{subject}}, {{form}}',
  'case.certificateText':
    'What was done to the files of this case before they were stored, by whom and when: for the ethics file. It names no patient.',
} as const;
