import { useT } from '../../../shared/i18n';
import { Banner } from '../../../shared/ui';
import { givesAway } from '../../template';
import { useEditing } from '../editing';
import { Fields, GroupBreach } from '../fields';
import { Section } from '../Section';

export default function BasicsSection() {
  const t = useT();
  const { document } = useEditing();
  const isTold = typeof document.reader_title === 'string' && givesAway(document.reader_title);
  return (
    <Section name="basics">
      <Fields of={['title', 'reader_title']} />
      {isTold && <Banner tone="warn">{t('new.givesAway')}</Banner>}
      <Fields of={['organ', 'simulated']} />
      <GroupBreach path="states" />
    </Section>
  );
}
