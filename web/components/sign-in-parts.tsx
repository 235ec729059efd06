// What the pages where people prove who they are have in common.
import { Icon } from './icon.tsx';
import { initialsOf, Notice } from './parts.tsx';

/** Why they were not let in. */
export function DidNotWork({ refusal }: { refusal: { message: string } | undefined }) {
  if (!refusal) return <></>;
  return (
    <div class="border-fail rounded-md border px-3 py-2.5">
      <Notice look="fail" title="That did not work" alert>
        {refusal.message}
      </Notice>
    </div>
  );
}

/** In the demo a press on a name is proof enough. */
export function PersonButton(props: {
  field: string;
  person: { handle: string; name: string };
  label: string;
  below?: string;
  class?: string;
}) {
  const { field, person, label, below } = props;
  return (
    <button
      name={field}
      value={person.handle}
      class={`hover:bg-muted/60 flex w-full cursor-pointer items-center gap-3 px-3 py-2.5 text-start ${props.class ?? ''}`}
    >
      <span
        class="bg-muted flex size-8 shrink-0 items-center justify-center rounded-full text-xs font-semibold"
        aria-hidden="true"
      >
        {initialsOf(person.name)}
      </span>
      <span class="min-w-0 flex-1">
        <span class="block truncate font-medium">{label}</span>
        {below !== undefined && <span class="text-muted-foreground block truncate text-[0.8125rem]">{below}</span>}
      </span>
      <Icon name="arrow-right" class="text-muted-foreground size-4" />
    </button>
  );
}

/** Elsewhere an access token is. */
export function TokenField({ name, label, hint }: { name: string; label: string; hint?: string }) {
  const id = name.replaceAll('.', '-');
  return (
    <div class="space-y-1.5">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        class="input"
        type="password"
        id={id}
        name={name}
        required
        autocomplete="current-password"
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
      />
      {hint !== undefined && (
        <p class="text-muted-foreground text-xs" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
