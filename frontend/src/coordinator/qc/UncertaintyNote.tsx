import { useT } from '../../shared/i18n';

/** What the uncertainty is, what it is not, and who sees it. */
export function UncertaintyNote({ members }: { members: number | null }) {
  const t = useT();
  return (
    <section className="uncertainty-note">
      <h3>{t('uncertainty.title')}</h3>
      <p>
        {members === null ? t('uncertainty.isOfSome') : t('uncertainty.is', { members })}{' '}
        {t('uncertainty.isNot')}
      </p>
      <p>{t('uncertainty.readers')}</p>
    </section>
  );
}

/** Beside the picture at every size of screen, and there for both pictures: flipping moves nothing. */
export function NoProof() {
  const t = useT();
  return <p className="dim">{t('uncertainty.noProof')}</p>;
}

/** For an image that an earlier worker made. */
export function NoUncertainty() {
  const t = useT();
  return <p className="dim">{t('uncertainty.none')}</p>;
}
