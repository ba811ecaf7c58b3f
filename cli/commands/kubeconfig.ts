import { Option, type Command } from 'commander';
import type { Kubeconfig } from '../../client/index.ts';
import { styled } from '../colors.ts';
import { connectedAction, warnBlocked, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { nonEmpty, wholeHours } from '../values.ts';

interface KubeconfigFlags {
  expire?: number;
  vpc?: boolean;
  public?: boolean;
  permanent?: boolean;
  file?: string;
  merge?: boolean;
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
    .option('--file <path>', 'write it into this file, which only you can read, instead of printing it', nonEmpty)
    .addOption(
      new Option(
        '--merge',
        'add it to KUBECONFIG or ~/.kube/config, as a context of the name of the cluster',
      ).conflicts('file'),
    )
    .option('--force-unencrypted', 'ask even if Temporal stores payloads in clear (docs/secrets.md)')
    .action(
      connectedAction(async (orchestrator, flags: GlobalOptions & KubeconfigFlags, nameOrID: string) => {
        const { expire, permanent, forceUnencrypted } = flags;
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
        if (issued.permanent) process.stderr.write(`${styled('yellow', 'warning')} ${permanentWarning}\n`);
        return handOver(issued, flags);
      }),
    );
}

const permanentWarning = 'this kubeconfig is permanent: whoever has it is an administrator of the cluster';

async function handOver(issued: Kubeconfig, { file, merge }: KubeconfigFlags): Promise<CommandResult> {
  const { kubeconfig, ...about } = issued;
  const { clusterName, clusterID, expireHours } = about;
  if (file === undefined && merge !== true) return { json: issued, text: kubeconfig.trimEnd() };
  const { mergeIntoFile, userKubeconfigFile, writeKubeconfig } = await import('../kubeconfig-file.ts');
  const expiry = expireHours === undefined ? 'permanent' : `expires in ${expireHours} h`;
  const title = `kubeconfig of ${clusterName} (${clusterID}), ${expiry}`;
  if (file !== undefined) {
    writeKubeconfig(file, kubeconfig);
    return { json: { ...about, file }, text: `${title}: ${file}` };
  }
  const merged = userKubeconfigFile(process.env);
  await mergeIntoFile(merged, kubeconfig, about);
  const use = `  use it with kubectl --context ${clusterName}`;
  return { json: { ...about, file: merged, context: clusterName }, text: `${title}: merged into ${merged}\n${use}` };
}
