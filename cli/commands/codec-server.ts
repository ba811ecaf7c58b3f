import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ConfigurationError } from '../../temporal/configuration-error.ts';
import { EncryptionKeyError } from '../../temporal/encryption/encryption-keys.ts';
import { loadEncryption } from '../../temporal/encryption/load-encryption.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';

interface Options extends GlobalOptions {
  port: number;
  host: string;
  origin: string[];
  tokenFile?: string;
}

/** Long enough to make guessing hopeless, since nothing limits the number of guesses. */
const shortestToken = 16;

export function addCodecServer(program: Command): void {
  program
    .command('codec-server')
    .description("run a server that decrypts payloads for Temporal's Web UI and command line (docs/secrets.md)")
    .option('--port <port>', 'port to listen on; 0 picks a free one', portNumber, 8081)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--origin <origin>', 'origin of a Web UI that may call, e.g. http://localhost:8233; repeatable')
        .argParser(collectOrigins)
        .default([], 'none'),
    )
    .option('--token-file <path>', 'file with the token that callers must send (default: CCE_CODEC_TOKEN)')
    .action(localAction(serve));
}

async function serve(options: Options): Promise<ExitCode> {
  const token = readToken(options.tokenFile);
  const encryption = loadEncryption();
  if (encryption.keys.length === 0) {
    throw new EncryptionKeyError(
      'no encryption key is configured; set CCE_ENCRYPTION_KEYS or CCE_ENCRYPTION_KEYS_FILE',
    );
  }
  // Imported here so that no other command waits for an HTTP server to load.
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
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Use a port from 0 to 65535.');
  return port;
}

/** Browsers compare origins letter by letter, so one with a path, a trailing slash or a default port matches nothing. */
function collectOrigins(text: string, previous: readonly string[]): string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  if (origin === text) return [...previous, text];
  const example = origin === undefined || origin === 'null' ? 'for example http://localhost:8233' : origin;
  throw new InvalidArgumentError(`Write it as a browser does: ${example}`);
}
