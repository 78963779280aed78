// What the server says in the page: which operations it prepared, and whether it hands out
// credentials.

export interface PreparedOperation {
  name: string;
  purpose: string;
  document: string;
}

export interface Offer {
  picker: boolean;
  prepared: PreparedOperation[];
}

export function offered(): Offer {
  const text = document.getElementById("offer")?.textContent ?? "{}";
  return { picker: false, prepared: [], ...(JSON.parse(text) as Partial<Offer>) };
}
