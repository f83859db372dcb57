import { Fields } from '../fields';
import { Section } from '../Section';

export default function IntakeSection() {
  return (
    <Section name="intake">
      <Fields of={['intake.quarantine_days', 'intake.also']} />
    </Section>
  );
}
