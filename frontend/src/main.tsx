import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './shared/tokens.css';
import './shared/ui/ui.css';
import './shared/ui/controls.css';
import { App } from './App';
import { guessedLanguage, setLanguage } from './shared/i18n';

const root = document.getElementById('app');
if (root) {
  await setLanguage(guessedLanguage());
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
