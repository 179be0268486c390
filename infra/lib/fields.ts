/** Reads a JSON object field by field; each that cannot be used is refused with its path and its value. */
export class Fields {
  private readonly seen = new Set<string>();

  private constructor(
    private readonly values: Record<string, unknown>,
    private readonly path: string,
  ) {}

  /** The fields of `value`, which stands at `path`. */
  static of(value: unknown, path: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Error(`${path} cannot be ${JSON.stringify(value)}: it is no object`);
    }
    return new Fields(value as Record<string, unknown>, path);
  }

  /** A text of this form, or the default where it is left out. */
  text(name: string, form: RegExp, unless?: string): string {
    const value = this.value(name) ?? unless;
    if (typeof value !== 'string' || !form.test(value)) {
      throw this.wrong(name, value, `it is not of the form ${form.source}`);
    }
    return value;
  }

  /** A text of this form, if there is one. */
  maybe(name: string, form: RegExp): string | undefined {
    return this.value(name) === undefined ? undefined : this.text(name, form);
  }

  /** A whole number from `least` to `most`. */
  number(name: string, least: number, most: number, unless: number): number {
    const value = this.value(name) ?? unless;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(name, value, `it is not a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** True or false. */
  flag(name: string, unless: boolean): boolean {
    const value = this.value(name) ?? unless;
    if (typeof value !== 'boolean') {
      throw this.wrong(name, value, 'it is neither true nor false');
    }
    return value;
  }

  /** Texts of this form; at least one, unless there is a default. */
  words(name: string, form: RegExp, unless?: string[]): string[] {
    const value = this.value(name) ?? unless;
    const fits = (word: unknown): word is string => typeof word === 'string' && form.test(word);
    if (!Array.isArray(value) || !value.every(fits) || (value.length === 0 && unless === undefined)) {
      throw this.wrong(name, value, `it is not a list of texts of the form ${form.source}`);
    }
    return value;
  }

  /** Variables and what they are set to. */
  texts(name: string): Record<string, string> {
    const value = this.value(name) ?? {};
    const fields = Fields.of(value, this.at(name));
    return Object.fromEntries(Object.keys(value).map((key) => [key, fields.text(key, /./)]));
  }

  /** An object that has to be there. */
  need<T>(name: string, read: (fields: Fields) => T): T {
    const fields = Fields.of(this.value(name), this.at(name));
    const value = read(fields);
    fields.nothingElse();
    return value;
  }

  /** An object, if there is one. */
  inner<T>(name: string, read: (fields: Fields) => T): T | undefined {
    return this.value(name) === undefined ? undefined : this.need(name, read);
  }

  /** A list of objects; none where it is left out. */
  list<T>(name: string, read: (fields: Fields) => T): T[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) {
      throw this.wrong(name, value, 'it is no list');
    }
    return value.map((item, index) => {
      const fields = Fields.of(item, `${this.at(name)}[${index}]`);
      const one = read(fields);
      fields.nothingElse();
      return one;
    });
  }

  /** Refuses what nobody has asked for: a name that is misspelled would otherwise count for nothing. */
  nothingElse(): void {
    const unknown = Object.keys(this.values).find((name) => !this.seen.has(name));
    if (unknown !== undefined) {
      throw new Error(`${this.at(unknown)} is not known`);
    }
  }

  /** What is said of a value that cannot be. */
  wrong(name: string, value: unknown, why: string): Error {
    return new Error(`${this.at(name)} cannot be ${JSON.stringify(value)}: ${why}`);
  }

  private value(name: string): unknown {
    this.seen.add(name);
    return this.values[name];
  }

  private at(name: string): string {
    return `${this.path}.${name}`;
  }
}
