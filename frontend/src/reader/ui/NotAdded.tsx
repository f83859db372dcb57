import { useState } from 'react';
import { Button } from '../../shared/ui';

interface NotAddedProps {
  text: string;
  /** What the button says. */
  forget: string;
  onForget: () => Promise<void>;
}

/** Changes of this computer that are not part of a read, and how to let go of them once that is read. */
export function NotAdded({ text, forget, onForget }: NotAddedProps) {
  const [gone, setGone] = useState(false);
  if (gone) return null;
  return (
    <div className="problem" role="alert">
      <p>{text}</p>
      <Button onClick={() => void onForget().then(() => setGone(true))}>{forget}</Button>
    </div>
  );
}
