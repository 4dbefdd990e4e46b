"""What a home might hold: fillers for the places of the intents' templates that the package leaves open."""

DEVICES: dict[str, str] = {
    "light": "ceiling light,desk lamp,reading lamp,floor lamp,night light,chandelier",
    "switch": "coffee maker,heater,humidifier,christmas tree,kettle",
    "fan": "ceiling fan,table fan,extractor fan",
    "cover": "left blind,garage door,skylight,roller shutter,patio awning",
    "lock": "front door,back door,shed lock,cellar door",
    "valve": "garden valve,water valve,sprinkler",
    "climate": "thermostat,radiator,air conditioner,heat pump",
    "media_player": "television,hi-fi,radio,soundbar,projector",
    "sensor": "outdoor thermometer,rain gauge,power meter",
    "binary_sensor": "smoke alarm,motion sensor,doorbell,phone",
    "scene": "movie night,dinner party,good morning,bedtime",
    "script": "watering,wake up routine,away mode",
    "button": "restart button,doorbell chime",
    "vacuum": "robot vacuum,dusty,roomba",
    "lawn_mower": "robot mower,mowbot",
    "weather": "london,berlin,new york,tokyo",
    "person": "anna,ben,carla,david",
    "todo": "holiday,chores,packing,hardware store",
}
"""Names of things of each of Home Assistant's domains."""

WORDS: dict[str, str] = {
    "area": "kitchen,living room,bedroom,bathroom,office,garage,hallway,nursery,dining room,basement,attic,garden",
    "floor": "first,ground,second,top,upper",
    "message": "dinner is ready,the taxi is here,time for school,come downstairs please,the film begins now",
    "search_query": "the beatles,jazz classics,abbey road,moonlight sonata,the daily news,star wars",
    "zone": "work,school,the gym,home,grandma's house",
    "timer_name": "pizza,tea,laundry,egg,homework,pasta",
    "timer_command": "turn off the lights,open the blinds,stop the music,lock the front door",
    "shopping_list_item": "milk,bread,six eggs,coffee beans,washing powder,apples",
    "todo_list_item": "call the dentist,water the plants,buy stamps,pay the rent,fix the bike",
}
"""Values of the lists that people fill in themselves."""
