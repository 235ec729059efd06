import { usePage } from '../context.ts';

/** Where versions come from, for those who submit them or set it up; nothing for whoever only answers. */
export function HowToSubmit() {
  const { caller, demo } = usePage();
  if (!caller?.person.roles.some((role) => role === 'submitter' || role === 'administrator')) return <></>;
  return (
    <>
      {' '}
      Pipelines submit to <code class="mono">POST /v1/hooks/generic</code>
      {demo && (
        <>
          ; <code class="mono">npm run example</code> submits a real model
        </>
      )}
      .
    </>
  );
}
