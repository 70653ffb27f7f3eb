// English, the master catalogue. Plain text with `{placeholders}`, or plural forms for a text that depends on `n`.

export const en = {
  'app.name': 'Kith',
  'timeline.newMessages': { one: '{n} new message', other: '{n} new messages' },
  'timeline.writing.one': '{name} is writing',
  'error.offline': 'No connection. What you wrote is kept here and sent later.',
} as const;
