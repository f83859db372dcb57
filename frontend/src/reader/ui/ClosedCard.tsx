import { isRefusal } from '../api';
import type { Opened } from '../session/opening';
import { AheadCard } from './AheadCard';
import { RefusedCard } from './RefusedCard';
import { SignedCard } from './SignedCard';

interface ClosedCardProps {
  token: string;
  opened: Opened;
  onAgain: () => void;
}

/** In place of a read that is not open. */
export function ClosedCard({ token, opened, onAgain }: ClosedCardProps) {
  if (opened.kind === 'ahead') return <AheadCard unsent={opened.unsent} onAgain={onAgain} />;
  if (opened.kind === 'signed') {
    const { read, unsent, forget } = opened;
    return <SignedCard read={read} signed={null} unsent={unsent} onForget={forget} onAgain={onAgain} />;
  }
  if (opened.kind === 'failed' && isRefusal(opened.problem)) {
    return <RefusedCard token={token} problem={opened.problem} onAgain={onAgain} />;
  }
  return null;
}
