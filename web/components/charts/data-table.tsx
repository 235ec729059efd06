import { Fold } from '../parts.tsx';

/** The numbers behind a picture, for those who cannot see it or want to copy them. */
export function DataTable({
  caption,
  columns,
  rows,
}: {
  caption: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}) {
  return (
    <Fold label="Numbers" class="pt-2">
      <div
        class="mt-2 max-h-72 overflow-auto rounded-md border"
        role="region"
        aria-label={`Numbers: ${caption}`}
        tabindex={0}
      >
        <table class="w-full text-xs">
          <caption class="sr-only">{caption}</caption>
          <thead class="bg-muted sticky top-0">
            <tr>
              {columns.map((column, index) => (
                <th scope="col" class={`px-2.5 py-1.5 font-medium ${index === 0 ? 'text-start' : 'text-end'}`}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody class="divide-y">
            {rows.map(([first, ...others]) => (
              <tr>
                <th scope="row" class="px-2.5 py-1 text-start font-normal">
                  {first}
                </th>
                {others.map((cell) => (
                  <td class="num px-2.5 py-1 text-end">{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Fold>
  );
}
