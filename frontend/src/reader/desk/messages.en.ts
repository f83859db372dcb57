/** What a reader is told of the day and of a session's end: fetched with the reading list. */
export const deskEn = {
  'reader.desk.next': 'Next: session {{session}}, read {{number}} of {{of}}.',
  'reader.desk.begun':
    'You stopped in session {{session}}, read {{number}} of {{of}}. What you entered is there.',
  'reader.desk.today_one': '{{count}} read signed today',
  'reader.desk.today_other': '{{count}} reads signed today',
  'reader.desk.todayOf': 'Today: {{signed}} signed of at most {{cap}}',
  'reader.desk.enoughOf_one': 'The read of today is signed. Reading goes on from {{date}}.',
  'reader.desk.enoughOf_other': 'The {{count}} reads of today are signed. Reading goes on from {{date}}.',
  'reader.desk.enough': 'The reads of today are signed. Reading goes on from {{date}}.',
  'reader.desk.questions':
    'Session {{number}} is finished. A few questions about it are left; reading goes on once they are answered.',
  'reader.desk.correction':
    'Session {{number}} waits for the correction that you asked for: until it is signed or refused. The days between sessions count from its signature.',
  'reader.desk.answer': 'Answer the questions',
  'reader.desk.questionsDue': 'questions left',
  'reader.desk.afterQuestions': 'opens once the questions are answered',
  'reader.desk.afterSession': 'opens after session {{number}}',
  'reader.desk.afterDays_one': 'opens {{count}} day after the end of session {{number}}',
  'reader.desk.afterDays_other': 'opens {{count}} days after the end of session {{number}}',
  'reader.break.title': 'Time for a short break',
  'reader.break.text':
    'You have been reading for a long time without a pause. Rest your eyes for some minutes; everything is saved.',
  'reader.break.only': 'This is a reminder. You may go on at any time.',
  'reader.break.on': 'Go on reading',
  'reader.questions.title': 'End of session {{number}}',
  'reader.questions.recall': 'Cases seen before',
  'reader.questions.recallText':
    'While reading this session, did you have the impression of having seen one of its cases before?',
  'reader.questions.seen.no': 'No',
  'reader.questions.seen.unsure': 'Not sure',
  'reader.questions.seen.yes': 'Yes',
  'reader.questions.howMany': 'How many of the {{of}} reads?',
  'reader.questions.howManyWrong': 'A number from {{least}} to {{most}}.',
  'reader.questions.which': 'Which ones, as far as you know (number of the read)',
  'reader.questions.arms': 'Which images were these?',
  'reader.questions.armsText_one':
    'For the last read of the session: which images do you think it showed? The answer measures how well the study is blinded. It changes no score.',
  'reader.questions.armsText_other':
    'For each of the last {{count}} reads of the session: which images do you think it showed? The answers measure how well the study is blinded. They change no score.',
  'reader.questions.read': 'Read {{number}} of {{of}}',
  'reader.questions.signedAt': 'signed {{time}}',
  'reader.questions.guess.cannot_tell': 'I cannot tell',
  'reader.questions.guess.not_remembered': 'I no longer remember this read',
  'reader.questions.confidence': 'How sure (0–100)',
  'reader.questions.percent': '%',
  'reader.questions.final':
    'The answers are final. They are not shown again, to you or to anybody else, before the study is unblinded.',
  'reader.questions.save': 'Save the answers',
  'reader.questions.missing_one': '{{count}} answer is missing.',
  'reader.questions.missing_other': '{{count}} answers are missing.',
  'reader.questions.none': 'There is nothing to answer about this session now',
} as const;
