import { tell } from '../api/client';
import { type Language, setLanguage, useLanguage, useT } from '../i18n';
import { speaksOtherLanguage } from '../i18n/server';

const NAMES: Record<Language, string> = { en: 'English', ja: '日本語' };

export function LanguageSwitch() {
  const t = useT();
  const current = useLanguage();
  const choose = async (language: Language) => {
    await setLanguage(language);
    await tell('/api/session/language', {}, { language });
    await speaksOtherLanguage();
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
