import type { Command } from 'commander';
import { generateKeyEntry, loadEncryption, parseKeyRing } from '../../client/index.ts';
import { addKeyToFile } from '../key-file.ts';
import { plainTable } from '../plain-table.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that payloads are encrypted with; see docs/secrets.md');
  keys
    .command('generate')
    .description('make a key; the first of CCE_ENCRYPTION_KEYS encrypts, all of them decrypt')
    .option('--id <id>', 'what payloads name the key by', new Date().toISOString().slice(0, 10))
    .option('--file <path>', 'put it before the keys in this file, rather than print it')
    .action(
      localAction(({ id, file }: GlobalOptions & { id: string; file?: string }) => {
        if (file !== undefined) {
          addKeyToFile(file, id);
          return { json: { id, file }, text: `key "${id}" is the first in ${file}` };
        }
        const entry = generateKeyEntry(id);
        parseKeyRing(entry);
        return { json: { id, entry }, text: entry };
      }),
    );
  keys
    .command('list')
    .description('the IDs and fingerprints of the keys that the environment names, and which one encrypts')
    .action(
      localAction(() => {
        const encryption = loadEncryption();
        const listed = encryption.keys.map(({ id, fingerprint }, index) => ({
          id,
          fingerprint,
          encrypts: encryption.encrypts && index === 0,
        }));
        return {
          json: listed,
          text: listed.length === 0 ? 'there is no key: payloads are not encrypted' : keyTable(listed),
        };
      }),
    );
}

function keyTable(keys: readonly { id: string; fingerprint: string; encrypts: boolean }[]): string {
  const rows = keys.map(({ id, fingerprint, encrypts }) => [id, fingerprint, encrypts ? 'encrypts' : 'decrypts only']);
  return plainTable(['ID', 'FINGERPRINT', 'USE'], rows);
}
