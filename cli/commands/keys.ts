import { Option, type Command } from 'commander';
import { checkOptions, labelOption } from '../../client/check-options.ts';
import { generateKeyEntry } from '../../temporal/encryption/encryption-keys.ts';
import { loadEncryption } from '../../temporal/encryption/load-encryption.ts';
import { addKeyToFile } from '../key-file.ts';
import { plainTable } from '../plain-table.ts';
import { localAction, type GlobalOptions } from '../run-command.ts';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('manage the keys that encrypt payloads (docs/secrets.md)');
  keys
    .command('generate')
    .description('generate a key; the first key of CCE_ENCRYPTION_KEYS encrypts, all of them decrypt')
    .addOption(
      new Option('--id <id>', 'ID of the key, which payloads carry').default(
        new Date().toISOString().slice(0, 10),
        "today's date",
      ),
    )
    .option('--file <path>', 'add the key as the first one in this file instead of printing it')
    .action(
      localAction(({ id, file }: GlobalOptions & { id: string; file?: string }) => {
        checkOptions({ id: labelOption }, { id });
        if (file !== undefined) {
          addKeyToFile(file, id);
          return { json: { id, file }, text: `key "${id}" is now the first in ${file}` };
        }
        const entry = generateKeyEntry(id);
        return { json: { id, entry }, text: entry };
      }),
    );
  keys
    .command('list')
    .description('list the IDs and fingerprints of the configured keys, and which one encrypts')
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
          text: listed.length === 0 ? 'no key is configured: payloads are not encrypted' : keyTable(listed),
        };
      }),
    );
}

function keyTable(keys: readonly { id: string; fingerprint: string; encrypts: boolean }[]): string {
  const rows = keys.map(({ id, fingerprint, encrypts }) => [id, fingerprint, encrypts ? 'encrypts' : 'decrypts only']);
  return plainTable(['ID', 'FINGERPRINT', 'USE'], rows);
}
