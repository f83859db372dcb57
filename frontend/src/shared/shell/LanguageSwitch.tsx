import { useQueryClient } from '@tanstack/react-query';
import { tell } from '../api/client';
import { type Language, setLanguage, useLanguage, useT } from '../i18n';

const NAMES: Record<Language, string> = { en: 'English', ja: '日本語' };

export function LanguageSwitch() {
  const t = useT();
  const current = useLanguage();
  const client = useQueryClient();
  const choose = async (language: Language) => {
    await setLanguage(language);
    await tell('/api/session/language', {}, { language });
    // Sentences that the server wrote are in the other language now. The session stays: it only says what we just said.
    await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  };
  return (
    <fieldset
      className="languages"
      aria-label={t('nav.language')}
      style={{ border: 0, margin: 0, padding: 0 }}
    >
      {(Object.keys(NAMES) as Language[]).map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === current}
          onClick={() => void choose(language)}
        >
          {NAMES[language]}
        </button>
      ))}
    </fieldset>
  );
}
