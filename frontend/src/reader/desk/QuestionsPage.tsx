/**
 * The end of a session: whether a case had been seen before, and which images the last reads are taken for. Answered once, and
 * not shown again.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { ApiError, isSignedOut } from '../../shared/api';
import { useT } from '../../shared/i18n';
import { useSession } from '../../shared/session';
import { Button, Empty, Failure, Loading, PageHead, Panel } from '../../shared/ui';
import { answerQuestions, fetchQuestions, type SessionQuestions } from '../api';
import '../style/big.css';
import '../style/worklist.css';
import './questions.css';
import { SignInToSend } from '../ui/SignInAgain';
import { type Answers, missing, NO_ANSWERS, sent } from './answers';
import { GuessRow } from './GuessRow';
import { RecallQuestion } from './RecallQuestion';

export default function QuestionsPage() {
  const t = useT();
  const { study = '', session = '' } = useParams();
  const number = Number(session);
  const questions = useQuery({
    queryKey: ['reading', 'questions', study, number],
    queryFn: ({ signal }) => fetchQuestions(study, number, { signal }),
    // What was chosen stays while the page is open.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const gone = questions.error instanceof ApiError && questions.error.status === 404;
  return (
    <>
      <PageHead title={t('reader.questions.title', { number: session })} lead={questions.data?.title} />
      {questions.data?.simulated && (
        <div className="worklist-simulated" role="note">
          <strong>{t('reader.simulated')}</strong> {t('reader.worklist.simulated')}
        </div>
      )}
      {questions.isPending && <Loading />}
      {gone && (
        <Empty title={t('reader.questions.none')}>
          <Link className="button" href="/reading">
            {t('reader.worklist.title')}
          </Link>
        </Empty>
      )}
      {questions.isError && !gone && (
        <Failure error={questions.error} retry={() => void questions.refetch()} />
      )}
      {questions.data && <Form study={study} asked={questions.data} />}
    </>
  );
}

function Form({ study, asked }: { study: string; asked: SessionQuestions }) {
  const t = useT();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const { user } = useSession();
  // Who answers, whoever signs in in another tab meanwhile.
  const [reader] = useState(user.id);
  const [answers, setAnswers] = useState<Answers>(NO_ANSWERS);
  const save = useMutation({
    mutationFn: () => answerQuestions(study, asked.session, { reader, ...sent(asked, answers) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['reading', 'worklist'] });
      go('/reading');
    },
  });
  const open = missing(asked, answers);
  const signedOut = isSignedOut(save.error);
  return (
    <div className="stack">
      <form
        className="stack"
        data-testid="session-questions"
        onSubmit={(event) => {
          event.preventDefault();
          if (open === 0) save.mutate();
        }}
      >
        {asked.recall && (
          <Panel title={t('reader.questions.recall')}>
            <RecallQuestion
              reads={asked.reads.map((read) => read.number)}
              recall={answers.recall}
              onRecall={(recall) => setAnswers({ ...answers, recall })}
            />
          </Panel>
        )}
        {asked.guessed.length > 0 && (
          <Panel title={t('reader.questions.arms')}>
            <p className="questions-lead">
              {t('reader.questions.armsText', { count: asked.guessed.length })}
            </p>
            {asked.guessed.map((position) => (
              <GuessRow
                key={position}
                read={asked.reads.find((read) => read.number === position)}
                position={position}
                of={asked.reads.length}
                arms={asked.arms}
                guess={answers.guesses[position]}
                onGuess={(guess) =>
                  setAnswers({ ...answers, guesses: { ...answers.guesses, [position]: guess } })
                }
              />
            ))}
          </Panel>
        )}
        {save.isError && !signedOut && <Failure error={save.error} />}
        <p className="dim">{t('reader.questions.final')}</p>
        <div className="actions">
          <Button look="primary" className="big" type="submit" disabled={open > 0} busy={save.isPending}>
            {t('reader.questions.save')}
          </Button>
          <span role="status" className="dim">
            {open > 0 && t('reader.questions.missing', { count: open })}
          </span>
        </div>
      </form>
      {signedOut && <SignInToSend onSignedIn={save.mutate} />}
    </div>
  );
}
