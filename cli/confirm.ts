/**
 * Asks a person before a command does what cannot be undone easily.
 *
 * @param refusal What to say if there is no terminal to ask on.
 */
export async function isConfirmed(message: string, { yes }: { yes?: boolean }, refusal: string): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY) {
    process.stderr.write(`${refusal}\n`);
    return false;
  }
  const { default: confirm } = await import('@inquirer/confirm');
  // Standard output is for the result.
  return confirm({ message, default: false }, { output: process.stderr });
}
