import { bootstrapApplication } from '@angular/platform-browser';

import { App } from './app/app';
import { appConfig } from './app/app.config';
import { loadConfig } from './app/core/config';

loadConfig()
  .then((config) => bootstrapApplication(App, appConfig(config)))
  .catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));

/** The app cannot start; this is all there is to say it with. */
function tell(reason: string): void {
  const page = document.createElement('main');
  page.className = 'start-failed';
  const heading = document.createElement('h1');
  heading.textContent = 'SecureChat did not start';
  const text = document.createElement('p');
  text.textContent = `The server did not hand out its configuration. ${reason}`;
  const again = document.createElement('button');
  again.className = 'btn btn-main';
  again.textContent = 'Try again';
  again.addEventListener('click', () => location.reload());
  page.append(heading, text, again);
  document.body.replaceChildren(page);
}
