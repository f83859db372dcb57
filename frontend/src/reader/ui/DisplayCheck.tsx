/**
 * Once after signing in the reader looks whether this screen shows what the pictures hold: every step of gray, the darkest and the
 * brightest patch, a bar without gaps. What was seen and what the browser knows of the screen is kept with the study.
 */
import { useState } from 'react';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import { type DisplayCheck as Answered, putOffDisplayCheck, sendDisplayCheck } from '../api';
import { Sheet } from './Sheet';

type Answers = Answered['answers'];
const QUESTIONS = ['steps', 'dark', 'bright', 'bar'] as const;
const STEPS = 11;
const LEAST = { width: 1366, height: 768 };

interface DisplayCheckProps {
  /** Recorded, or put off. */
  onDone: () => void;
}

export function DisplayCheck({ onDone }: DisplayCheckProps) {
  const t = useT();
  const [answers, setAnswers] = useState<Partial<Answers>>({});
  const [state, setState] = useState<'asking' | 'sending' | 'failed'>('asking');
  const screen = screenNow();
  const small = screen.window_width < LEAST.width || screen.window_height < LEAST.height;
  const complete = QUESTIONS.every((name) => answers[name] !== undefined);
  const record = async () => {
    setState('sending');
    try {
      await sendDisplayCheck({ answers: answers as Answers, screen: screenNow() });
      onDone();
    } catch {
      setState('failed');
    }
  };
  const later = () => {
    // Where that is lost, the next read asks once more.
    void putOffDisplayCheck().catch(() => undefined);
    onDone();
  };
  return (
    <Sheet title={t('reader.check.title')} onClose={later} wide testId="display-check">
      <p>{t('reader.check.text')}</p>
      <ol className="reader-check">
        {QUESTIONS.map((name) => (
          <li key={name}>
            <Pattern name={name} />
            <fieldset>
              <legend>{t(`reader.check.${name}`)}</legend>
              {([true, false] as const).map((yes, index) => (
                <label key={String(yes)}>
                  <input
                    type="radio"
                    name={`check ${name}`}
                    checked={answers[name] === yes}
                    data-first={name === 'steps' && index === 0 ? true : undefined}
                    onChange={() => setAnswers({ ...answers, [name]: yes })}
                  />
                  {t(yes ? 'reader.check.yes' : 'reader.check.no')}
                </label>
              ))}
            </fieldset>
          </li>
        ))}
      </ol>
      <p className={small || screen.zoom !== 1 ? 'warn' : 'dim'}>
        {t('reader.check.window', {
          width: String(screen.window_width),
          height: String(screen.window_height),
          zoom: Math.round(screen.zoom * 100),
        })}
        {small && ` ${t('reader.check.small', LEAST)}`}
        {screen.zoom !== 1 && ` ${t('reader.check.zoomed')}`}
      </p>
      {Object.values(answers).includes(false) && <p className="warn">{t('reader.check.poor')}</p>}
      <p className="dim">{t('reader.check.limits')}</p>
      {state === 'failed' && (
        <p className="problem" role="alert">
          {t('reader.check.failed')}
        </p>
      )}
      <div className="actions end">
        {/* The last answer leads to what keeps them all. */}
        {!complete && <Button onClick={later}>{t('reader.check.later')}</Button>}
        <Button look="primary" disabled={!complete || state === 'sending'} onClick={() => void record()}>
          {t('reader.check.record')}
        </Button>
      </div>
    </Sheet>
  );
}

const gray = (part: number) => {
  const level = Math.round(part * 255);
  return `rgb(${level} ${level} ${level})`;
};

/** Drawn with flat colours, so that the browser has nothing to blend. */
function Pattern({ name }: { name: (typeof QUESTIONS)[number] }) {
  if (name === 'steps') {
    return (
      <div className="pattern steps" aria-hidden="true">
        {Array.from({ length: STEPS }, (_, step) => (
          <span key={gray(step / (STEPS - 1))} style={{ background: gray(step / (STEPS - 1)) }} />
        ))}
      </div>
    );
  }
  if (name === 'bar') {
    return (
      <div className="pattern steps" aria-hidden="true">
        {Array.from({ length: 128 }, (_, step) => (
          <span key={gray(step / 127)} style={{ background: gray(step / 127) }} />
        ))}
      </div>
    );
  }
  const [around, within] = name === 'dark' ? [0, 0.05] : [1, 0.95];
  return (
    <div className="pattern patch" style={{ background: gray(around) }} aria-hidden="true">
      <span style={{ background: gray(within) }} />
    </div>
  );
}

/** What a browser knows. It cannot read how a screen is calibrated, and it tells its zoom only as window against page. */
function screenNow(): Answered['screen'] {
  const { innerWidth, innerHeight, outerWidth, devicePixelRatio, screen } = window;
  const gamut = ['rec2020', 'p3', 'srgb'].find((name) => matchMedia(`(color-gamut: ${name})`).matches);
  const zoom = outerWidth > 0 ? Math.round((outerWidth / innerWidth) * 20) / 20 : 1;
  return {
    width: screen.width,
    height: screen.height,
    window_width: innerWidth,
    window_height: innerHeight,
    ratio: devicePixelRatio,
    gamut: gamut ?? 'unknown',
    zoom,
  };
}
