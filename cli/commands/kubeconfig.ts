import { Option, type Command } from 'commander';
import type { Kubeconfig } from '../../client/index.ts';
import { styled } from '../colors.ts';
import { localAction, warnBlocked, withOrchestrator, type CommandResult, type GlobalOptions } from '../run-command.ts';
import type { Place } from '../kubeconfig-file.ts';
import { KubeconfigLostError } from '../kubeconfig-file-error.ts';
import { nonEmpty, wholeHours } from '../values.ts';

interface KubeconfigFlags {
  expire?: number;
  vpc?: boolean;
  public?: boolean;
  permanent?: boolean;
  file?: string;
  force?: boolean;
  merge?: boolean;
  replace?: boolean;
  forceUnencrypted?: boolean;
}

export function addKubeconfig(program: Command): void {
  program
    .command('kubeconfig')
    .description('print a kubeconfig of a cluster that expires, or write or merge it into a file')
    .argument('<name|ID>', 'cluster name or clusterID', nonEmpty)
    .option('--expire <hours>', 'when it expires, in whole hours, e.g. 8h or 7d (default: 8h)', wholeHours)
    .option('--vpc', 'with the address of the API server inside the VPC (default)')
    .addOption(new Option('--public', 'with the public address of the API server').conflicts('vpc'))
    .addOption(
      new Option(
        '--permanent',
        "the administrator's certificate, valid for up to a hundred years, which nobody can withdraw",
      ).conflicts('expire'),
    )
    .option(
      '--file <path>',
      'write it into this file, which only you can read, instead of printing it; - prints it',
      nonEmpty,
    )
    .option('--force', 'with --file: replace a file that ccectl has not written for this cluster')
    .addOption(
      new Option(
        '--merge',
        'add it to KUBECONFIG or ~/.kube/config, as a context of the name of the cluster',
      ).conflicts('file'),
    )
    .option('--replace', 'with --merge: replace a context that ccectl has added for another cluster of this name')
    .option('--force-unencrypted', 'ask even if Temporal stores payloads in clear (docs/secrets.md)')
    .action(
      localAction(async (flags: GlobalOptions & KubeconfigFlags, nameOrID: string) => {
        // Before anything is issued: a kubeconfig that cannot be put anywhere is lost.
        const place = await placeFor(flags, nameOrID);
        const { expire, permanent, forceUnencrypted } = flags;
        if (expire !== undefined && expire > longHours) warn(longWarning);
        return withOrchestrator(flags, async (orchestrator) => {
          const issued = await orchestrator.kubeconfig(
            nameOrID,
            {
              type: flags.public === true ? 'public' : 'vpc',
              ...(expire !== undefined && { expireHours: expire }),
              ...(permanent === true && { permanent }),
              ...(forceUnencrypted === true && { allowUnencrypted: true }),
            },
            warnBlocked,
          );
          for (const text of issued.warnings) warn(text);
          if (issued.permanent) warn(permanentWarning);
          return handOver(issued, place);
        });
      }),
    );
}

/** Longer than this, somebody may have forgotten the kubeconfig before it expires. */
const longHours = 7 * 24;
const longWarning = 'a kubeconfig cannot be withdrawn before it expires; most work needs hours, not weeks';
const permanentWarning = 'this kubeconfig is permanent: whoever has it is an administrator of the cluster';

function warn(text: string): void {
  process.stderr.write(`${styled('yellow', 'warning')} ${text}\n`);
}

interface WantedPlace extends Place {
  isMerge: boolean;
}

/** Looks where the kubeconfig is to go; `undefined` if it is to be printed. */
async function placeFor(
  { file, force = false, merge, replace = false }: KubeconfigFlags,
  nameOrID: string,
): Promise<WantedPlace | undefined> {
  if (merge !== true && (file === undefined || file === '-')) return undefined;
  const { placeOfFile, placeOfMerge, userKubeconfigFiles } = await import('../kubeconfig-file.ts');
  if (file !== undefined) return { ...placeOfFile(file, nameOrID, { force }), isMerge: false };
  return { ...placeOfMerge(userKubeconfigFiles(process.env), nameOrID, { replace }), isMerge: true };
}

async function handOver(issued: Kubeconfig, place: WantedPlace | undefined): Promise<CommandResult> {
  const { kubeconfig, ...about } = issued;
  const { clusterName, clusterID } = about;
  if (place === undefined) return { json: issued, text: kubeconfig.trimEnd() };
  const expiry = expiryText(issued);
  const { file, isMerge, put } = place;
  try {
    await put(kubeconfig, about);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const lost = `a kubeconfig of ${clusterName} (${clusterID}), ${expiry}, was issued and is lost: ${reason}`;
    throw new KubeconfigLostError(lost, { cause: error });
  }
  const title = `kubeconfig of ${clusterName} (${clusterID}), ${expiry}`;
  if (!isMerge) return { json: { ...about, file }, text: `${title}: ${file}` };
  const use = `  use it with kubectl --context ${clusterName}`;
  return { json: { ...about, file, context: clusterName }, text: `${title}: merged into ${file}\n${use}` };
}

function expiryText({ permanent, expiresAt, expireHours }: Kubeconfig): string {
  if (permanent) return 'permanent';
  return expiresAt === undefined ? `expires in ${expireHours} h, as asked for` : `expires at ${expiresAt}`;
}
