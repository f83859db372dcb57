import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { ApiError } from './api';
import { onOtherLanguage } from './i18n/server';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays a refusal; only a lost connection or a stumbling server is worth another try.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

/** The server's answers, kept for the pages that show them. The reader's own page keeps none and does not wait for this. */
export default function Queries({ children }: { children: ReactNode }) {
  useEffect(() => onOtherLanguage(() => client.invalidateQueries()), []);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
