/**
 * Countries as ISO 3166-1 alpha-2 codes, and the country of a time zone. The platform knows which country a zone belongs to (CLDR). Where
 * the clocks of several countries agree, a shop may write the zone of its neighbour: there the currency decides.
 */
import { getCountries, isSupportedCountry } from "libphonenumber-js/max";

/** Codes that ISO 3166 reserves for countries that have another code. */
const RESERVED: Readonly<Record<string, string>> = { UK: "GB", EL: "GR" };

/** The code of a country that has phone numbers, in any case; null: there is no such country. */
export function countryCode(text: string): string | null {
  const upper = text.trim().toUpperCase();
  const code = RESERVED[upper] ?? upper;
  return isSupportedCountry(code) ? code : null;
}

/**
 * Zones that several countries share: which currency stands for which of them. The countries are those of zone1970.tab (IANA tzdata 2025b),
 * the currencies those of CLDR 48. The country after which the zone is named comes first. A currency of many countries, such as the euro,
 * stands for none of the others.
 */
const SHARED: Readonly<Record<string, string>> = {
  "Africa/Abidjan": "XOF CI, GHS GH, GMD GM, GNF GN, ISK IS, MRU MR, SHP SH, SLE SL",
  "Africa/Johannesburg": "ZAR ZA, SZL SZ",
  "Africa/Lagos": "NGN NG, AOA AO, CDF CD",
  "Africa/Maputo": "MZN MZ, BIF BI, BWP BW, CDF CD, MWK MW, RWF RW, ZMW ZM, ZWG ZW",
  "Africa/Nairobi": "KES KE, DJF DJ, ERN ER, ETB ET, KMF KM, MGA MG, SOS SO, TZS TZ, UGX UG",
  "America/Panama": "PAB PA, USD PA, KYD KY",
  "America/Phoenix": "USD US, CAD CA",
  "America/Puerto_Rico": "USD PR, CAD CA, AWG AW, TTD TT",
  "America/Toronto": "CAD CA, BSD BS",
  "Asia/Bangkok": "THB TH, KHR KH, LAK LA, VND VN",
  "Asia/Dubai": "AED AE, OMR OM, SCR SC",
  "Asia/Kuching": "MYR MY, BND BN",
  "Asia/Qatar": "QAR QA, BHD BH",
  "Asia/Rangoon": "MMK MM",
  "Asia/Riyadh": "SAR SA, KWD KW, YER YE",
  "Asia/Singapore": "SGD SG, MYR MY",
  "Asia/Tokyo": "JPY JP",
  "Asia/Yangon": "MMK MM",
  "Europe/Belgrade": "RSD RS, BAM BA, MKD MK",
  "Europe/Berlin": "EUR DE, DKK DK, NOK NO, SEK SE",
  "Europe/Brussels": "EUR BE",
  "Europe/Helsinki": "EUR FI",
  "Europe/London": "GBP GB",
  "Europe/Paris": "EUR FR",
  "Europe/Prague": "CZK CZ",
  "Europe/Rome": "EUR IT",
  "Europe/Simferopol": "UAH UA, RUB RU",
  "Europe/Zurich": "CHF CH",
  "Indian/Maldives": "MVR MV",
  "Pacific/Auckland": "NZD NZ",
  "Pacific/Guadalcanal": "SBD SB",
  "Pacific/Guam": "USD GU",
  "Pacific/Pago_Pago": "USD AS",
  "Pacific/Port_Moresby": "PGK PG",
  "Pacific/Tarawa": "AUD KI",
};

/** Names of rules that the platform resolves to a place, and that people everywhere use. */
const NO_PLACE = /^(?:CET|MET|EET|WET|[EMCPH]ST(?:\d[A-Z]DT)?)$/;

/** The platform's own name of a zone: `PRC` is `Asia/Shanghai`. Newer platforms keep the name. null: an offset, which is no place's. */
const canonical = (zone: string): string | null =>
  /[+:]/.test(zone) ? null : new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;

/** Newer platforms have the method, older ones the property. */
type ZonedLocale = { readonly timeZones?: string[]; readonly getTimeZones?: () => string[] | undefined };

let owners: ReadonlyMap<string, string> | null = null;

function ownersOfZones(): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const country of getCountries()) {
    const locale = new Intl.Locale(`und-${country}`) as ZonedLocale;
    for (const zone of locale.getTimeZones?.() ?? locale.timeZones ?? []) map.set(zone, country);
  }
  return map;
}

/**
 * The country of an IANA zone. `currency` (ISO 4217; null: not known) decides between countries that share it. null: the zone belongs to no
 * country, like UTC, or to several and the currency is of none of them.
 */
export function countryOfZone(zone: string, currency: string | null): string | null {
  const name = NO_PLACE.test(zone) ? null : canonical(zone);
  if (name === null) return null;
  const countries = SHARED[zone] ?? SHARED[name];
  if (countries !== undefined) {
    const pair = countries.split(", ").find((each) => each.startsWith(`${currency} `));
    return pair?.slice(4) ?? null;
  }
  owners ??= ownersOfZones();
  return owners.get(zone) ?? owners.get(name) ?? null;
}
