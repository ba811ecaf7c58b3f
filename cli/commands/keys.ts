import type { Command } from 'commander';
import { generateKeyEntry, loadEncryption, parseKeyRing } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { addKeyToFile } from '../key-file.ts';
import { plainTable } from '../plain-table.ts';
import { printJSON, reportErrors, type GlobalOptions } from '../run-command.ts';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that payloads are encrypted with; see docs/secrets.md');
  keys
    .command('generate')
    .description('make a key; the first of CCE_ENCRYPTION_KEYS encrypts, all of them decrypt')
    .option('--id <id>', 'what payloads name the key by', new Date().toISOString().slice(0, 10))
    .option('--file <path>', 'put it before the keys in this file, rather than print it')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { id: string; file?: string }>();
      process.exitCode = await reportErrors(options, async () => {
        const { id, file } = options;
        if (file === undefined) {
          const entry = generateKeyEntry(id);
          parseKeyRing(entry);
          if (options.output === 'json') printJSON({ id, entry });
          else process.stdout.write(`${entry}\n`);
        } else {
          addKeyToFile(file, id);
          if (options.output === 'json') printJSON({ id, file });
          else process.stdout.write(`key "${id}" is the first in ${file}\n`);
        }
        return exitCodes.done;
      });
    });
  keys
    .command('list')
    .description('the IDs and fingerprints of the keys that the environment names, and which one encrypts')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      process.exitCode = await reportErrors(options, async () => {
        const encryption = loadEncryption();
        const listed = encryption.keys.map(({ id, fingerprint }, index) => ({
          id,
          fingerprint,
          encrypts: encryption.encrypts && index === 0,
        }));
        if (options.output === 'json') printJSON(listed);
        else if (listed.length === 0) process.stdout.write('there is no key: payloads are not encrypted\n');
        else process.stdout.write(`${keyTable(listed)}\n`);
        return exitCodes.done;
      });
    });
}

function keyTable(keys: readonly { id: string; fingerprint: string; encrypts: boolean }[]): string {
  const rows = keys.map(({ id, fingerprint, encrypts }) => [id, fingerprint, encrypts ? 'encrypts' : 'decrypts only']);
  return plainTable(['ID', 'FINGERPRINT', 'USE'], rows);
}
