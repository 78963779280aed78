// The page: in development it speaks as whom one picks, elsewhere as who has signed in.
import { lazy, Suspense, useMemo, useState } from "react";
import { Console } from "./Console";
import { type Caller, headersOf } from "./credentials";
import type { Offer } from "./offer";
import { Picker } from "./Picker";

const Editor = lazy(() => import("./Editor"));

export function Page({ offer }: { offer: Offer }) {
  return offer.picker ? <Demo offer={offer} /> : <Console />;
}

function Demo({ offer }: { offer: Offer }) {
  const [caller, setCaller] = useState<Caller>();
  const headers = useMemo(() => caller && headersOf(caller), [caller]);
  return (
    <>
      <header className="bar">
        <h1>tourbase</h1>
        <Picker onCaller={setCaller} />
        <a href="/schema.graphql">Contract</a>
      </header>
      <main>
        <Suspense>
          {headers && (
            <Editor
              prepared={offer.prepared}
              headers={headers}
              readsContract={Boolean(caller?.credential)}
            />
          )}
        </Suspense>
      </main>
    </>
  );
}
