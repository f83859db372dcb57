import { Component, type ReactNode } from 'react';
import { t } from '../i18n';
import { Banner, Button } from '../ui';

interface Props {
  /** A new value (the address) gives the page another chance. */
  resetKey: string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="page">
        <Banner
          tone="bad"
          action={<Button onClick={() => window.location.reload()}>{t('ui.reload')}</Button>}
        >
          {t('error.page')}
        </Banner>
      </main>
    );
  }
}
