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
  'made.here': 'Corrected here',
  'made.corrected':
    'Computed from the uncorrected image by Chang’s method, with uniform tissue inside an outline of the head. No neural network has a part in it. Research use only.',
  'made.method': 'Method',
  'source.correction': 'Computed from the uncorrected image',
  'qc.askBrain':
    'Is the brain whole and upright, its right side on the left of the picture, and the image free of motion?',
  'view.slicesBrain':
    'Transaxial slices from the neck to the top, coronal slices from front to back, sagittal slices from right to left',
  'view.regions': 'Uptake by region, % of maximum, and how far left and right differ',
  'view.region': 'Region',
  'view.left': 'Left, %',
  'view.right': 'Right, %',
  'view.asymmetry': 'Left − right, % of their mean',
  'uncertainty.slicesBrain': 'Uncertainty in the same transaxial, coronal and sagittal slices',
} as const;
