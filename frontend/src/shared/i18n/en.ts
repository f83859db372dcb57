export const en = {
  'app.name': 'Reading study',
} as const;
