import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command, CommanderError, Option } from 'commander';
import { AppError } from '../common/app-error';
import { type Config, ConfigError } from '../common/config';
import { Connections } from '../database/connections';
import { UnitOfWork } from '../database/unit-of-work';
import { discardUnreadable, rotateKeys } from '../platform/keys/key-rotation';
import { TokenCipher } from '../platform/token-cipher';
import type { Role } from '../protocol/http';
import { loadConfig } from '../settings/environment';
import { describeFault } from '../settings/start-fault';
import { Accounts, type ResetLink } from './accounts';
import { backUp } from './backup';
import { CliModule } from './cli.module';
import { examine } from './doctor';
import { confirm, show, showOne, type Terminal } from './terminal';

interface Options {
  json?: boolean;
  yes?: boolean;
}

const DO_NOT_ASK = 'do not ask';

const EPILOGUE = `
Commands use the settings of the server (DATABASE_URL, ENCRYPTION_KEYS, …) from the environment, and may be given while
it runs: what they change reaches the open tabs within a few seconds. They end with 0 when all went well.`;

/** @param args without the program's name @returns the exit code */
export async function runCli(args: string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  let exitCode = 0;
  let config: Config | null = null;
  const program = new Command('vedfolnir')
    .description('Operates a Vedfolnir server: accounts, sessions, keys, tables, and what is wrong.')
    .addHelpText('after', EPILOGUE)
    .exitOverride()
    .configureOutput({ writeOut: terminal.write, writeErr: terminal.write });

  const within = async (work: (app: INestApplicationContext, config: Config) => Promise<void>): Promise<void> => {
    config = loadConfig(env);
    const app = await NestFactory.createApplicationContext(CliModule.with(config), {
      logger: false,
      abortOnError: false,
    });
    try {
      await work(app, config);
    } finally {
      await app.close();
    }
  };
  const accounts = (work: (accounts: Accounts, config: Config) => Promise<void>) =>
    within((app, settings) => work(app.get(Accounts), settings));
  const command = (usage: string, description: string) =>
    program.command(usage).description(description).option('--json', 'answer in JSON');

  command('user:list', 'Lists all accounts.').action(({ json }: Options) =>
    accounts(async (all) => {
      const rows = (await all.list()).map(({ id, username, email, role, isActive }) => {
        return { id, username, email, role, active: isActive };
      });
      show(terminal, rows, json);
    }),
  );

  command(
    'user:show <user>',
    "Shows a person's sessions and what was last done to them: why does a tab not follow?",
  ).action((user: string, { json }: Options) =>
    accounts(async (all) => {
      const { account, sessions, events } = await all.describe(user);
      if (json) return showOne(terminal, { ...account, sessions, events }, true);
      showOne(terminal, account);
      show(terminal, sessions);
      show(terminal, events);
    }),
  );

  command('user:create <username> <email>', 'Makes an account and prints a link by which the person sets a password.')
    .addOption(new Option('--role <role>', 'what the person may do').choices(['user', 'admin']))
    .addHelpText('after', '\nThe first account is an administrator. Works also where registration is closed.')
    .action((username: string, email: string, options: Options & { role?: Role }) =>
      accounts(async (all, settings) => {
        const link = await all.create(username, email, options.role ?? null);
        showOne(terminal, toLink(link, settings), options.json);
      }),
    );

  command(
    'user:reset-password <user>',
    'Prints a link, good once and for a day, by which the person sets a new password.',
  )
    .addHelpText(
      'after',
      '\n<user> is a user name or an e-mail address. Sessions end when the link is used, not before.',
    )
    .action((user: string, { json }: Options) =>
      accounts(async (all, settings) => showOne(terminal, toLink(await all.resetPassword(user), settings), json)),
    );

  command('user:role <user> <role>', 'Makes a person an administrator (admin), or no longer one (user).').action(
    (user: string, wanted: string, { json }: Options) =>
      accounts(async (all) => {
        if (wanted !== 'user' && wanted !== 'admin') throw new ConfigError('The role must be user or admin');
        const { username } = await all.setRole(user, wanted);
        showOne(terminal, { user: username, role: wanted }, json);
      }),
  );

  command('user:disable <user>', 'Shuts a person out: ends all sessions, and lets none begin.')
    .option('--yes', DO_NOT_ASK)
    .action((user: string, { json, yes }: Options) =>
      accounts(async (all) => {
        await confirm(terminal, `Shut "${user}" out, on all devices?`, yes);
        showOne(terminal, { user, disabled: true, 'sessions ended': await all.disable(user) }, json);
      }),
    );

  command('user:enable <user>', 'Lets a person in again.').action((user: string, { json }: Options) =>
    accounts(async (all) => {
      await all.enable(user);
      showOne(terminal, { user, disabled: false }, json);
    }),
  );

  command('sessions:end [user]', 'Signs a person out on all devices.')
    .option('--all', 'everybody')
    .option('--yes', DO_NOT_ASK)
    .action((user: string | undefined, { json, yes, all: everybody }: Options & { all?: boolean }) =>
      accounts(async (all) => {
        if (Boolean(user) === Boolean(everybody)) throw new ConfigError('Name a user, or say --all');
        const who = user ? `"${user}"` : 'everybody';
        await confirm(terminal, `Sign ${who} out on all devices?`, yes);
        const ended = user ? await all.endSessions(user) : await all.endAllSessions();
        showOne(terminal, { 'sessions ended': ended }, json);
      }),
    );

  command('migrate', 'Brings the tables up to date, as each start of the server does.').action(({ json }: Options) =>
    within(async (app) => {
      const { writer } = app.get(Connections);
      const rows = await writer.query<{ name: string }[]>('SELECT name FROM vedfolnir_migrations ORDER BY id');
      const migrations = rows.map(({ name }) => ({ migration: name }));
      show(terminal, migrations, json);
    }),
  );

  command('backup <file>', 'Copies the SQLite database into a new file, also while the server runs.').action(
    async (file: string, { json }: Options) => {
      config = loadConfig(env);
      await backUp(config.database, file);
      showOne(terminal, { backup: file }, json);
    },
  );

  command('keys:rotate', 'Seals every stored secret with the first of ENCRYPTION_KEYS.')
    .option('--discard', 'give up what no key opens: its connections must be connected again')
    .option('--yes', DO_NOT_ASK)
    .addHelpText('after', '\nHow to change keys while the nodes serve: docs/operate.md.')
    .action(({ json, yes, discard }: Options & { discard?: boolean }) =>
      within(async (app) => {
        const [work, cipher] = [app.get(UnitOfWork), app.get(TokenCipher)];
        const report = await rotateKeys(work, cipher);
        let discarded = 0;
        if (discard && report.failed.length > 0) {
          await confirm(terminal, `Give up ${report.failed.length} secrets that no key opens?`, yes);
          discarded = await discardUnreadable(work, cipher);
        } else if (report.failed.length > 0) exitCode = 1;
        const { rotated, current, failed } = report;
        showOne(terminal, { rotated, current, unreadable: failed.length, discarded }, json);
        if (!discard) for (const place of failed) terminal.write(`Cannot be opened with any of the keys: ${place}\n`);
      }),
    );

  command(
    'doctor',
    'Looks at settings, database, Redis, keys, clock, disk, nodes and instances, and says what to do.',
  ).action(async ({ json }: Options) => {
    const findings = await examine(env);
    show(terminal, findings, json);
    if (findings.some(({ state }) => state === 'bad')) exitCode = 1;
  });

  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already printed the error.
    if (error instanceof CommanderError) return error.exitCode;
    terminal.write(`${sentenceOf(error, config)}\n`);
    return 1;
  }
}

function sentenceOf(error: unknown, config: Config | null): string {
  const details = error instanceof AppError ? error.options.details : undefined;
  return details ? details.map(({ message }) => message).join('; ') : describeFault(error, config);
}

function toLink({ user, token, expiresAt }: ResetLink, config: Config) {
  const origin = config.publicOrigin ?? `http://localhost:${config.port}`;
  // In the fragment, which is not sent to servers, and so appears in no log or Referer.
  return {
    user: user.username,
    role: user.role,
    link: `${origin}/reset#${token}`,
    'good until': expiresAt.toISOString(),
  };
}
