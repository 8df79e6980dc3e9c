import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Page } from './page';

hydrateRoot(
  document.getElementById('app'),
  <StrictMode>
    <Page />
  </StrictMode>,
  { onRecoverableError: (error) => window.reportError(error) },
);
