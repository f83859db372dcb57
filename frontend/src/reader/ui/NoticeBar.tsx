import type { ReactNode } from 'react';

export function NoticeBar({ children, action }: { children: ReactNode; action: ReactNode }) {
  return (
    <div className="reader-notice" role="alert">
      <div>{children}</div>
      <div className="actions">{action}</div>
    </div>
  );
}
