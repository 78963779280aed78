-- name: lock_brand
-- Whoever edits the brand's settings waits here: one version comes after the other.
select code
from brands
where code = %(code)s
for no key update;

-- name: settings_row
-- The settings of some days, the day on which others begin, and the newest version of all.
select
    s.id, s.version, s.effective_from,
    (
        select min(n.effective_from)
        from brand_settings as n
        where n.effective_from > s.effective_from
    ),
    (select max(n.version) from brand_settings as n),
    s.tax_ppm, s.deposit_percent, s.gratuity_hint_percent, s.hold_minutes, s.opens_at, s.closes_at,
    s.number_prefix, s.cancellation_tiers, s.guest_pays_card_fee, s.card_fee_ppm,
    s.card_fee_fixed_cents, s.terms
from brand_settings as s
where s.id = %(id)s;

-- name: insert_settings
-- Settings from a day on.
insert into brand_settings (
    id, version, effective_from, tax_ppm, deposit_percent, gratuity_hint_percent, hold_minutes,
    opens_at, closes_at, number_prefix, cancellation_tiers, guest_pays_card_fee, card_fee_ppm,
    card_fee_fixed_cents, terms
)
values (
    %(id)s, %(version)s, %(starts_on)s, %(tax_ppm)s, %(deposit_percent)s,
    %(gratuity_hint_percent)s, %(hold_minutes)s, %(opens_at)s, %(closes_at)s, %(number_prefix)s,
    %(cancellation_tiers)s::jsonb, %(guest_pays_card_fee)s, %(card_fee_ppm)s,
    %(card_fee_fixed_cents)s, %(terms)s
);

-- name: update_settings
-- Settings that have not begun, corrected.
update brand_settings
set
    version = %(version)s,
    tax_ppm = %(tax_ppm)s,
    deposit_percent = %(deposit_percent)s,
    gratuity_hint_percent = %(gratuity_hint_percent)s,
    hold_minutes = %(hold_minutes)s,
    opens_at = %(opens_at)s,
    closes_at = %(closes_at)s,
    number_prefix = %(number_prefix)s,
    cancellation_tiers = %(cancellation_tiers)s::jsonb,
    guest_pays_card_fee = %(guest_pays_card_fee)s,
    card_fee_ppm = %(card_fee_ppm)s,
    card_fee_fixed_cents = %(card_fee_fixed_cents)s,
    terms = %(terms)s
where id = %(id)s;
