import { readFileSync } from 'node:fs';
import { lexer, type Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { answerArguments, workerHelp } from '../../worker/command-line.ts';

describe('the command line of the worker', () => {
  it('starts the worker if it is empty', () => {
    expect(answerArguments([])).toBeUndefined();
  });

  it.each(['--help', '-h'])('prints help for %s', (flag) => {
    expect(answerArguments([flag])).toEqual({ exitCode: 0, stdout: workerHelp });
  });

  it.each(['--version', '-V'])('prints the version for %s', (flag) => {
    expect(answerArguments([flag])).toEqual({ exitCode: 0, stdout: packageJson.version });
  });

  it.each([['--port', '80'], ['start'], ['--help', 'me']])('refuses anything else: %s', (...args) => {
    const answer = answerArguments(args);
    expect(answer).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(args.join(' ')) });
    expect(answer?.stderr).toMatch(/environment variables, which --help lists$/);
  });
});

describe('the help of the worker', () => {
  it('fits a terminal', () => {
    expect(workerHelp.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  it('lists the variables that docs/configuration.md says a worker reads, and no other', () => {
    // The help names of TLS only the paths, of OpenTelemetry only the variable that turns traces on, and no secrets of examples.
    const leftOut =
      /_DATA$|_DISABLE_HOST_VERIFICATION$|^OTEL_(?!EXPORTER_OTLP_ENDPOINT)|^CCE_(?:ADMIN_PASSWORD|WEBHOOK_SECRET|WEBHOOK_CHAT)$/;
    const read = readByWorker().filter((name) => !leftOut.test(name));
    const listed = workerHelp.match(/\b(?:BCE|CCE|TEMPORAL|OTEL)_[A-Z0-9_]*[A-Z0-9]\b|\bNODE_ENV\b/g) ?? [];
    expect([...new Set(listed)].toSorted()).toEqual(read.toSorted());
  });
});

/** The variables of the rows of docs/configuration.md whose second column names the worker. */
function readByWorker(): string[] {
  const markdown = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const tables = lexer(markdown).filter((token): token is Tokens.Table => token.type === 'table');
  return tables.flatMap(({ rows }) =>
    rows.flatMap(([names, readers]) =>
      readers?.text.includes('worker') === true ? (names?.text.match(/[A-Z][A-Z0-9_]+/g) ?? []) : [],
    ),
  );
}
