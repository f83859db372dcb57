import './heart.css';
import { useT } from '../i18n';
import { segmentKey } from './names';

/** "5 Basal inferolateral". */
export function SegmentName({ segment }: { segment: number }) {
  const t = useT();
  return (
    <>
      <span className="segment-number">{segment}</span> {t(segmentKey(segment))}
    </>
  );
}
