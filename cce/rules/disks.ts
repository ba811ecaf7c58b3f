import { posix } from 'node:path';
import { instanceEntries, type InstanceEntry } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Source: API page (Create cluster, the example with data disks). */
export const diskRules: readonly Rule[] = [
  {
    id: 'disk-path-twice',
    description: 'Each data disk of a machine has its own mount path; one path may lie below another.',
    severity: 'error',
    check: (request) => instanceEntries(request).flatMap(findRepeatedPaths),
  },
];

function findRepeatedPaths({ path, spec }: InstanceEntry): Finding[] {
  const firstFields = new Map<string, string>();
  return (['cdsList', 'ephemeralDiskList'] as const).flatMap((list) =>
    (spec.instanceResource?.[list] ?? []).flatMap((disk, index) => {
      if (!disk?.diskPath) return [];
      const mountPath = withoutTrailingSlash(posix.normalize(disk.diskPath));
      const field = `${list}[${index}].diskPath`;
      const firstField = firstFields.get(mountPath);
      if (firstField === undefined) {
        firstFields.set(mountPath, field);
        return [];
      }
      return [
        {
          path: `${path}.instanceSpec.instanceResource.${field}`,
          message: `Another disk of this machine already uses the path ${mountPath} (${firstField}).`,
          advice: 'Give each disk its own path.',
        },
      ];
    }),
  );
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
