import { useT } from '../../shared/i18n';
import { Field } from '../../shared/ui';
import { type RecallDraft, seenReads } from './answers';

const SEEN = ['no', 'unsure', 'yes'] as const;

interface RecallQuestionProps {
  /** Numbers of the session's reads. */
  reads: readonly number[];
  recall: RecallDraft;
  onRecall: (recall: RecallDraft) => void;
}

/** Whether a case seemed known; then how many, and which of them where the reader can say. */
export function RecallQuestion({ reads, recall, onRecall }: RecallQuestionProps) {
  const t = useT();
  const { positions } = recall;
  const wrong = recall.reads !== '' && seenReads(recall, reads.length) === null;
  return (
    <>
      <fieldset className="questions-choice">
        <legend>{t('reader.questions.recallText')}</legend>
        {SEEN.map((seen) => (
          <label key={seen}>
            <input
              type="radio"
              name="seen"
              checked={recall.seen === seen}
              onChange={() => onRecall({ ...recall, seen })}
            />
            {t(`reader.questions.seen.${seen}`)}
          </label>
        ))}
      </fieldset>
      {recall.seen === 'yes' && (
        <div className="questions-seen">
          <Field
            label={t('reader.questions.howMany', { of: reads.length })}
            wrong={
              wrong
                ? t('reader.questions.howManyWrong', {
                    least: Math.max(1, positions.length),
                    most: reads.length,
                  })
                : null
            }
          >
            <input
              type="number"
              inputMode="numeric"
              min={1}
              max={reads.length}
              value={recall.reads}
              onChange={(event) => onRecall({ ...recall, reads: event.target.value })}
            />
          </Field>
          <fieldset className="questions-reads">
            <legend>{t('reader.questions.which')}</legend>
            {reads.map((number) => (
              <label key={number}>
                <input
                  type="checkbox"
                  checked={positions.includes(number)}
                  onChange={({ target }) =>
                    onRecall({
                      ...recall,
                      positions: target.checked
                        ? [...positions, number]
                        : positions.filter((position) => position !== number),
                    })
                  }
                />
                {number}
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </>
  );
}
