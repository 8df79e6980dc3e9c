import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Flash } from '../../index';
import { hueOf, initialsOf, type PlatformView, type UserView } from '../../protocol';

/** What every page is given. */
export interface Page {
  /** Which page of the app this is. */
  page: string;
  title: string;
  /** Null where nobody is signed in. */
  csrfToken: string | null;
  /** Who is signed in, and the active platform; null on the pages of nobody. */
  user: Pick<UserView, 'username' | 'role'> | null;
  platform: Pick<PlatformView, 'id' | 'name'> | null;
  /** On a page for visitors: the browser has a session all the same, and the page asks for it. */
  mayBeSignedIn?: boolean;
  flash: Flash[];
  /** Where there is a demo, the account that anybody may try; for /login alone. */
  demo?: { username: string; password: string } | null;
  /** For /create_post alone: the form that also works without a script. */
  form?: PostForm;
}

export interface PostForm {
  userId: number;
  platform: PlatformView;
  /** For this platform whatever is active. */
  pinned: boolean;
  maxCharacters: number;
  values: { title: string; content: string; spoiler_text: string; visibility: string };
  errors: { field: string; message: string }[];
}

/** Where the build puts the browser's part. */
const PAGES_FILE = join(__dirname, '../../../client/pages.json');
const names: Record<string, string> = existsSync(PAGES_FILE) ? JSON.parse(readFileSync(PAGES_FILE, 'utf8')) : {};

/** The address of a file by its content: a browser keeps it for a year. */
const fileUrl = (file: string): string => `/client/${names[file] ?? file}`;

const eta = new Eta({ views: join(__dirname, 'views'), cache: true });

/** A whole page as HTML; everything that is put in is escaped. */
export function renderPage(page: Page): string {
  return eta.render('shell', { ...page, hueOf, initialsOf, fileUrl });
}
