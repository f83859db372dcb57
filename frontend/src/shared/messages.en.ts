export const en = {
  'app.name': 'Reader study',
  'ui.loading': 'Loading…',
  'ui.working': 'Working…',
  'ui.cancel': 'Cancel',
  'ui.again': 'Try again',
  'ui.reload': 'Reload the page',
  'list.separator': ', ',

  'error.network': 'The server cannot be reached. Check the connection and try again.',
  'error.status': 'The server answered with error {{status}}.',
  'error.unexpected': 'Something unexpected went wrong.',
  'error.page': 'This page failed. Nothing that was saved is lost; reload to go on.',

  'nav.language': 'Language',

  'state.stress': 'Stress',
  'state.rest': 'Rest',
  'state.perfusion': 'Perfusion',
} as const;
