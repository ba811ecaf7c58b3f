import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { EncryptionKeyError, loadEncryption } from '../../client/index.ts';
import { ConfigurationError } from '../../temporal/configuration-error.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';

interface Options extends GlobalOptions {
  port: number;
  host: string;
  origin: string[];
  tokenFile?: string;
}

/** A guess at a token must be hopeless, since nothing counts the guesses. */
const shortestToken = 16;

export function addCodecServer(program: Command): void {
  program
    .command('codec-server')
    .description("decrypt payloads for Temporal's Web UI and command line; see docs/secrets.md")
    .option('--port <port>', 'where to listen; 0 takes any that is free', portNumber, 8081)
    .option('--host <host>', 'address to listen at', '127.0.0.1')
    .option(
      '--origin <origin>',
      'a Web UI whose pages may call, such as http://localhost:8233; may be repeated',
      collectOrigins,
      [],
    )
    .option('--token-file <path>', 'file with the token that callers must have (default: CCE_CODEC_TOKEN)')
    .action(localAction(serve));
}

async function serve(options: Options): Promise<ExitCode> {
  const token = readToken(options.tokenFile);
  const encryption = loadEncryption();
  if (encryption.keys.length === 0) {
    throw new EncryptionKeyError(
      'there is no key to decrypt with; set CCE_ENCRYPTION_KEYS or CCE_ENCRYPTION_KEYS_FILE',
    );
  }
  // Here, since no other command should wait for an HTTP server to load.
  const { createCodecServer } = await import('../../temporal/encryption/codec-server.ts');
  const server = createCodecServer({ encryption, token, origins: options.origin });
  const stopped = new Promise<void>((resolve) => server.addHook('onClose', async () => resolve()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  const address = await server.listen({ host: options.host, port: options.port });
  process.stdout.write(`listening on ${address}\n`);
  await stopped;
  return exitCodes.done;
}

function readToken(file: string | undefined): string {
  let token = process.env['CCE_CODEC_TOKEN'] ?? '';
  try {
    if (file !== undefined) token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigurationError([`--token-file: the token cannot be read: ${String(error)}`]);
  }
  if (token.length < shortestToken) {
    throw new ConfigurationError([
      `CCE_CODEC_TOKEN or --token-file must give a token of at least ${shortestToken} characters; ` +
        '`openssl rand -hex 32` prints one',
    ]);
  }
  return token;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port from 0 to 65535 is wanted');
  return port;
}

/** Browsers compare origins letter by letter: one with a path, a slash at its end or a default port would match none. */
function collectOrigins(text: string, previous: readonly string[]): string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  if (origin === text) return [...previous, text];
  const advice = origin === undefined || origin === 'null' ? 'http://localhost:8233, for instance,' : origin;
  throw new InvalidArgumentError(`${advice} is how a browser would write it`);
}
