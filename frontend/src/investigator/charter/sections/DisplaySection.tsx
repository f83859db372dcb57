import { useT } from '../../../shared/i18n';
import { at, isList } from '../document';
import { useEditing } from '../editing';
import { Fields, GroupBreach } from '../fields';
import { Section } from '../Section';

export default function DisplaySection() {
  const t = useT();
  const { document } = useEditing();
  const own = at(document, 'display.layouts');
  return (
    <Section name="display">
      <Fields of={['display.tables', 'display.default_table', 'display.default_layout']} />
      <p className="dim">
        {isList(own) && own.length > 0
          ? t('charter.ownLayouts', { names: own.map((layout) => at(layout, 'name')).join(', ') })
          : t('charter.usualLayouts')}
      </p>
      <GroupBreach path="display.layouts" />
      {isList(own) &&
        own.map((_layout, place) => (
          <GroupBreach key={at(own[place], 'name')?.toString()} path={`display.layouts.${place}`} />
        ))}
      <Fields
        of={[
          'display.show_sums',
          'display.sums_when_complete',
          'display.show_difference',
          'display.click_scores',
          'display.show_time',
          'display.cine',
        ]}
      />
    </Section>
  );
}
